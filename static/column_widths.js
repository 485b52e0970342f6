// The widths of the columns of the table of rows: drawn by pointer or keyboard, and remembered in this browser.
import { say } from "./words.js";

const KEY = "result-column-widths";
const [NARROWEST, WIDEST, STEP] = [40, 900, 16]; // px
const STEPS = { ArrowLeft: -STEP, ArrowRight: STEP };
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);

const heads = () => [...document.querySelectorAll("#row-table > thead th")];
const stored = () => JSON.parse(localStorage.getItem(KEY) ?? "{}");

function apply(widths = stored()) {
  const rules = heads().map((head, at) => {
    const px = Number(widths[head.dataset.column]);
    if (!px) return "";
    const cells = `#row-table > * > tr:not(.opened) > :nth-child(${at + 1})`;
    return `${cells} { min-width: ${px}px; width: ${px}px; max-width: ${px}px; overflow: hidden; overflow-wrap: anywhere; white-space: normal }`;
  });
  sheet.replaceSync(rules.join("\n"));
  for (const head of heads()) {
    head.querySelector(".edge")?.setAttribute("aria-valuenow", Math.round(head.offsetWidth));
  }
}

function keep(column, px) {
  const widths = stored();
  if (px) widths[column] = Math.round(Math.min(Math.max(px, NARROWEST), WIDEST));
  else delete widths[column];
  localStorage.setItem(KEY, JSON.stringify(widths));
  apply(widths);
}

function drag(event, head) {
  event.preventDefault();
  const [begin, width] = [event.clientX, head.offsetWidth];
  const edge = event.target;
  edge.setPointerCapture(event.pointerId);
  edge.onpointermove = (moved) => keep(head.dataset.column, width + moved.clientX - begin);
  edge.onpointerup = edge.onpointercancel = () => (edge.onpointermove = null);
}

function onKey(event, head) {
  if (event.key === "Delete") keep(head.dataset.column, 0);
  else if (STEPS[event.key]) keep(head.dataset.column, head.offsetWidth + STEPS[event.key]);
  else return;
  event.preventDefault();
}

function edgeOf(head) {
  const edge = document.createElement("span");
  const column = head.querySelector("a").textContent.trim();
  edge.className = "edge";
  edge.tabIndex = 0;
  edge.setAttribute("role", "separator");
  edge.setAttribute("aria-orientation", "vertical");
  edge.setAttribute("aria-valuemin", NARROWEST);
  edge.setAttribute("aria-valuemax", WIDEST);
  edge.setAttribute("aria-label", say("columnWidth", { column }));
  edge.addEventListener("pointerdown", (event) => drag(event, head));
  edge.addEventListener("dblclick", () => keep(head.dataset.column, 0));
  edge.addEventListener("keydown", (event) => onKey(event, head));
  return edge;
}

function start() {
  for (const head of heads()) if (!head.querySelector(".edge")) head.append(edgeOf(head));
  apply();
}

document.body.addEventListener("htmx:afterSettle", start);
start();
