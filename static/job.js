// The live job page: a clock between events, a word when the stream breaks, the result at the end.
const panel = document.getElementById("panel");
const connection = document.getElementById("connection");
const SHOW_RESULT_AFTER_MS = 900;
let shownAt = performance.now();

function tick() {
  const view = panel.firstElementChild;
  if (view && view.dataset.state === "running") {
    const seconds = Number(view.dataset.elapsed) + (performance.now() - shownAt) / 1000;
    document.getElementById("elapsed").textContent = seconds.toFixed(1);
  }
}

setInterval(tick, 100);
panel.addEventListener("htmx:sseMessage", () => {
  shownAt = performance.now();
  connection.hidden = true;
  const log = panel.querySelector(".log ol");
  if (log) log.scrollTop = log.scrollHeight;
});
panel.addEventListener("htmx:sseOpen", () => {
  connection.hidden = true;
});
panel.addEventListener("htmx:sseError", () => {
  connection.hidden = false;
});
panel.addEventListener("htmx:sseClose", () => {
  connection.hidden = true;
  const result = document.getElementById("to-result");
  if (result) setTimeout(() => location.replace(result.href), SHOW_RESULT_AFTER_MS);
});
