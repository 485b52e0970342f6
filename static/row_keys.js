// The keys of the table of rows, as in a spreadsheet, and the ticks that choose rows to override. The table
// is one stop of the Tab key, as https://www.w3.org/WAI/ARIA/apg/patterns/grid asks: a hundred rows would be three hundred.
import { focusHead, startHeads, walkHeads } from "./header_keys.js";

const main = document.getElementById("main");
const ROWS = "#row-table > tbody > tr[id]";
const rows = () => [...document.querySelectorAll(ROWS)];
const tickOf = (row) => row.querySelector("input.tick");
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
let lastTicked;
let anchor; // the row at which Shift began to tick
let swept = []; // the rows that Shift has ticked since

// Only one cell is a stop of the Tab key, the last one that had the focus.
function focusCell(cell) {
  document.querySelector("#row-table td[tabindex], #row-table tbody th[tabindex]")?.removeAttribute("tabindex");
  cell.tabIndex = 0;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function rowsInView(row) {
  const box = row.closest(".scroll");
  const head = row.closest("table").tHead.offsetHeight;
  return Math.max(1, Math.floor((Math.min(box.clientHeight, innerHeight) - head) / row.offsetHeight) - 1);
}

// Where a key leads from a cell: the numbers of a row and of a cell in it.
function target(event, cell, all) {
  const [at, column] = [all.indexOf(cell.parentElement), cell.cellIndex];
  const last = all.length - 1;
  const [down, right] = STEPS[event.key] ?? [0, 0];
  const page = rowsInView(cell.parentElement);
  const far = event.ctrlKey || event.metaKey;
  if (far && (down || right)) return [down ? down * Infinity : at, right ? right * Infinity : column];
  return {
    Home: [far ? 0 : at, 0],
    End: [far ? last : at, Infinity],
    PageUp: [at - page, column],
    PageDown: [at + page, column],
  }[event.key] ?? (down || right ? [at + down, column + right] : undefined);
}

function move(event, cell) {
  const all = rows();
  const place = target(event, cell, all);
  if (!place) return;
  event.preventDefault();
  if (event.key === "ArrowUp" && cell.parentElement === all[0] && !event.shiftKey && !event.ctrlKey) return focusHead(cell.cellIndex);
  const row = all[Math.min(Math.max(place[0], 0), all.length - 1)];
  const goal = row.cells[Math.min(Math.max(place[1], 0), row.cells.length - 1)];
  if (event.shiftKey) sweep(cell.parentElement, row);
  else anchor = undefined;
  focusCell(goal);
}

// The ticks follow the keys as a selection does: what the keys leave again loses its tick, what had one before keeps it.
function sweep(from, to) {
  if (from === to) return;
  if (!anchor?.isConnected) [anchor, swept] = [from, []];
  for (const tick of swept) tick.checked = false;
  swept = ticksBetween(anchor, to).filter((tick) => !tick.checked);
  for (const tick of swept) tick.checked = true;
  count();
}

function ticksBetween(one, other) {
  const all = rows();
  const [from, to] = [all.indexOf(one), all.indexOf(other)].toSorted((a, b) => a - b);
  return all.slice(from, to + 1).map(tickOf).filter(Boolean);
}

function tickAll(ticks) {
  for (const tick of ticks) tick.checked = true;
  count();
}

function count() {
  const button = document.querySelector("#override-rows button");
  if (!button) return;
  const ticked = document.querySelectorAll(`${ROWS} input.tick:checked`).length;
  const { none, one, some } = button.dataset;
  button.disabled = ticked === 0;
  button.textContent = ticked > 1 ? some.replace("{rows}", ticked) : ticked ? one : none;
}

main.addEventListener("keydown", (event) => {
  const cell = event.target.closest(`:is(${ROWS}) > :is(td, th)`);
  if (!cell || event.altKey) return;
  const isCell = event.target === cell;
  const row = cell.parentElement;
  if (event.key === "Enter" && isCell) (cell.querySelector("a:not(.why)[href*='#row-']") ?? row.querySelector("a.why")).click();
  else if (event.key === "F2") row.querySelector("a.override-row")?.click();
  else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    tickAll(rows().map(tickOf).filter(Boolean));
  }
  else if (event.key === " " && !event.target.matches("input")) {
    event.preventDefault();
    tickOf(row)?.click();
  } else move(event, cell);
});
main.addEventListener("click", (event) => {
  const row = event.target.closest(ROWS);
  if (!row || !event.target.matches("input.tick")) return;
  if (event.shiftKey && event.target.checked && lastTicked?.isConnected) tickAll(ticksBetween(lastTicked, row));
  lastTicked = row;
  count();
});
// The first cell can be reached by the Tab key; every other one by the arrow keys.
function start() {
  const table = document.getElementById("row-table");
  startHeads();
  if (!table || table.role === "grid") return;
  table.role = "grid";
  for (const each of table.querySelectorAll("tbody > tr[id] :is(a, input)")) each.tabIndex = -1;
  const first = table.querySelector("tbody > tr[id] > td");
  if (first) first.tabIndex = 0;
  count();
}

walkHeads(main, (column) => {
  const [first] = rows();
  if (first) focusCell(first.cells[column]);
});
document.getElementById("to-rows")?.addEventListener("click", (event) => {
  const cell = document.querySelector("#row-table tbody td[tabindex]");
  if (!cell) return;
  event.preventDefault();
  cell.closest(".scroll").scrollIntoView();
  focusCell(cell);
});
document.body.addEventListener("htmx:afterSettle", start);
addEventListener("pageshow", count); // Back gives the ticks again
start();
