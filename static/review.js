// The table of a reader: keys go from row to row and judge, and a judged row comes back from the server in its place.
const table = document.getElementById("review-rows");
const progress = document.getElementById("progress");
const refused = document.getElementById("refused");
const rows = () => [...table.tBodies[0].rows];
const judged = () => rows().filter((row) => row.dataset.call).length;
const numberIn = (text) => Number(text.replaceAll(",", "").match(/\d+/)[0]);
const onOtherPages = numberIn(progress.textContent) - judged();
let current = rows().find((row) => !row.dataset.call)?.id ?? rows()[0]?.id;

const rowOf = (element) => element.closest?.("tr[data-call]");

function go(row) {
  if (!row) return;
  current = row.id;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(rowOf(document.activeElement));
  go(at < 0 ? document.getElementById(current) : all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

function judge(key) {
  const button = rowOf(document.activeElement)?.querySelector(`button[data-key="${CSS.escape(key)}"]`);
  if (!button) return;
  button.click();
  step(1);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key.length === 1 && event.key !== " ") judge(event.key);
});

document.addEventListener("htmx:afterSwap", () => {
  progress.textContent = progress.textContent.replace(/[\d,]+/, (onOtherPages + judged()).toLocaleString("en"));
  refused.hidden = true;
  // A click had the focus on a button of the row that was replaced.
  if (document.activeElement === document.body) go(document.getElementById(current));
});
document.addEventListener("htmx:beforeRequest", (event) => {
  current = rowOf(event.target)?.id ?? current;
});
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, () => {
    refused.hidden = false;
  });
}
