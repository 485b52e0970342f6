// The live page of operations: it holds still while somebody presses, selects or asks it to, and
// tells when its connection is lost.
import { mount } from "./charts.js";
import { SparingSource } from "./sparing_source.js";

const board = document.getElementById("board");
const connection = document.getElementById("connection");
const pause = document.getElementById("pause");
let isPressed = false;

const isHeld = () => pause.ariaPressed === "true";
const isSelecting = () => {
  const selection = document.getSelection();
  return !selection.isCollapsed && board.contains(selection.anchorNode);
};

let source;
htmx.createEventSource = (url) => (source = new SparingSource(url));
setInterval(() => {
  if (source && !source.isOpen && !document.hidden && connection.hidden) tellConnection(connection.dataset.busy);
}, 2000);

function tellConnection(sentence) {
  connection.hidden = !sentence;
  connection.textContent = sentence ?? "";
}

document.addEventListener("pointerdown", () => { isPressed = true; });
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { isPressed = false; });
pause.addEventListener("click", () => { pause.ariaPressed = String(!isHeld()); });
board.addEventListener("htmx:sseBeforeMessage", (event) => {
  if (isHeld() || isPressed || isSelecting()) event.preventDefault();
});
board.addEventListener("htmx:sseOpen", () => tellConnection());
board.addEventListener("htmx:sseError", () => tellConnection(connection.dataset.lost));
board.addEventListener("htmx:sseClose", () => tellConnection(connection.dataset.gone));
for (const figure of document.querySelectorAll("figure.chart")) mount(figure);
