// Ctrl and C in the table of rows, as in a spreadsheet: the ticked rows with their headers, or the cell with the focus.
const main = document.getElementById("main");
const ROWS = "#row-table > tbody > tr[id]";
const FORMULA = /^[=+@\-\t]/;

const plain = (text) => text.replace(/\s+/g, " ").trim();

// As a spreadsheet reads it: numbers with a plain minus and without commas, and no text as a formula.
function textOf(cell) {
  const shown = plain((cell.matches("th") ? cell.firstChild : cell.querySelector("a.why") ?? cell).textContent);
  if (shown === "–") return "";
  if (cell.classList.contains("number")) return shown.replace("−", "-").replace(/(?<=\d),(?=\d{3})/g, "");
  return FORMULA.test(shown) ? `'${shown}` : shown;
}

const lineOf = (row) => [...row.cells].map(textOf).join("\t");

function headers(table) {
  return [...table.tHead.rows[0].cells].map((head) => plain(head.querySelector("a")?.innerText ?? head.innerText)).join("\t");
}

main.addEventListener("copy", (event) => {
  const cell = document.activeElement?.closest(`:is(${ROWS}) > :is(td, th)`);
  if (!cell || !getSelection().isCollapsed) return;
  const ticked = [...document.querySelectorAll(ROWS)].filter((row) => row.querySelector("input.tick:checked"));
  const text = ticked.length ? [headers(cell.closest("table")), ...ticked.map(lineOf)].join("\n") : textOf(cell);
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
});
