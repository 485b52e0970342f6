// The page of a result: rows open why they are called so; table and plot share one selection.
import { meant, placed, ROW, X, Y } from "./chart_options.js";
import { chosenIn, mark, mount } from "./charts.js";
import "./flips.js";
import "./focus.js";
import "./threshold.js";
import "./column_widths.js";
import "./roving.js";
import "./row_copy.js";
import "./row_keys.js";

const DECIMALS = 4;
const MOST_ROWS = 300; // in an address
const ROUNDED_BY = 5e-6; // the values of a plot have five decimals
const SETTLED = 120; // ms
let asking;
let going = Promise.resolve();
const main = document.getElementById("main");
const figureOf = () => document.querySelector("#workspace > figure.chart");

// Show another view of the result without leaving the page.
function go(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries({ page: "", row: "", ...changes })) {
    if (value === "") query.delete(name);
    else query.set(name, value);
  }
  history.pushState({ htmx: true }, "", `?${query}`);
  going = going.then(() => show(`?${query}`));
  return going;
}

// One after the other: an answer would be lost that comes when another has replaced its place.
const show = (address) => htmx.ajax("GET", address, { target: "#workspace", select: "#workspace", swap: "outerHTML show:none" }).catch(() => {});

async function onPoint(event, { kind, data }) {
  if (kind === "composition") return goToShare(data[event.dataIndex].category, event.seriesId);
  const number = (event.data?.value ?? event.data)?.[ROW];
  if (number === undefined) return undefined;
  if (!document.getElementById(`row-${number}`)) await go({ row: number });
  const row = document.getElementById(`row-${number}`);
  if (!row) return undefined;
  choose(row);
  describe(numberOf(row));
  if (!event.isByKey) return scrollTableTo(row);
  row.scrollIntoView({ block: "center" });
  return row.querySelector("a.why").focus({ preventScroll: true });
}

// A choice of the plot acts at once, and leaves the page of the table as it is.
main.addEventListener("change", ({ target }) => {
  if (!target.matches(".chart .filters select")) return;
  const { name, value, dataset } = target;
  go({ [name]: value === (dataset.usual ?? "") ? "" : value, page: new URLSearchParams(location.search).get("page") ?? "" });
});

// What is not readable has no category, and so no rows of its own to go to.
const goToShare = (category, call) => (category ? go({ category, call }) : undefined);

function onSelect([xs, ys], { data }) {
  const scale = 10 ** DECIMALS;
  const outward = (limit, round, by) => (Number.isInteger(limit) ? limit : round((limit + by) * scale) / scale);
  const range = (column, [low, high]) =>
    [column, outward(low, Math.floor, -ROUNDED_BY), outward(high, Math.ceil, ROUNDED_BY)].join(":");
  return go({ within: `${range(data.x, xs)},${range(data.y, ys)}`, rows: "" });
}

// Points that stand beside their carbon are selected by their rows, as far as an address has room.
function onBrush([xs, within], drawing) {
  const { data } = drawing;
  const ys = meant(within, data);
  const isIn = ([low, high], value) => low <= value && value <= high;
  const points = data.series.flatMap((series) => series.points).filter((point) => isIn(xs, placed(point)[X]) && isIn(ys, point[Y]));
  const isWhole = data.shown + data.left_out === data.total;
  if (!data.spread) return onSelect([xs, ys], drawing);
  if (!isWhole || !points.length || points.length > MOST_ROWS) return onSelect([xs.map(Math.round), ys], drawing);
  return go({ rows: points.map((point) => point[ROW]).toSorted((a, b) => a - b).join(","), within: "" });
}

function onReset() {
  const query = new URLSearchParams(location.search);
  if (query.has("within") || query.has("rows")) go({ within: "", rows: "" });
}

// It does not scroll: a row that moves under a pressed pointer gets no click.
function choose(row) {
  document.querySelector("tr.chosen")?.classList.remove("chosen");
  row.classList.add("chosen");
  mark(figureOf(), numberOf(row));
}

const numberOf = (row) => Number(row.id.replace("row-", ""));

// The table moves, the page with its plot does not.
function scrollTableTo(row) {
  const box = row.closest(".scroll");
  const [top, bottom] = [row.offsetTop - row.closest("table").tHead.offsetHeight, row.offsetTop + row.offsetHeight];
  if (top < box.scrollTop || bottom > box.scrollTop + box.clientHeight) box.scrollTop = top - box.clientHeight / 3;
}

// What the chosen row is, beside the plot; of rows chosen in quick turn only the last is asked for.
function describe(number) {
  const pane = document.getElementById("detail");
  if (!pane || pane.dataset.row === String(number)) return;
  clearTimeout(asking);
  pane.dataset.row = number;
  asking = setTimeout(() => ask(pane, pathOf(number), ".essence"), SETTLED);
}

const pathOf = (number) => `rows/${number}`;

// Each place asks for itself: htmx takes a second request of one element as done before its answer is here.
const ask = (place, path, select) => htmx.ajax("GET", path, { source: place, target: place, select, swap: "innerHTML" });

async function toggle(link) {
  const row = link.closest("tr");
  const isOpen = row.nextElementSibling?.classList.contains("opened");
  link.ariaExpanded = String(!isOpen);
  if (isOpen) return row.nextElementSibling.remove();
  const opened = document.createElement("tr");
  opened.className = "opened";
  const cell = opened.insertCell();
  cell.colSpan = row.cells.length;
  row.after(opened);
  await ask(cell, link.href, ".why-of");
  if (!cell.isConnected) return undefined; // closed meanwhile
  if (!cell.querySelector(".why-of")) return location.assign(link.href); // it says what is wrong
  return mountFamily(cell);
}

function mountFamily(cell) {
  const figure = cell.querySelector("figure.chart");
  if (figure) mount(figure, { onPoint: ({ data }) => location.assign(`rows/${data.member.row}`) });
}

function start() {
  const figure = figureOf();
  if (figure.dataset.mounted) return;
  figure.dataset.mounted = "true";
  mount(figure, { onPoint, onSelect, onBrush, onReset });
  const chosen = Number(figure.dataset.chosen || chosenIn(figure) || 0);
  if (!figure.dataset.chosen) document.getElementById(`row-${chosen}`)?.classList.add("chosen");
  if (chosen) describe(chosen);
}

main.addEventListener("click", (event) => {
  const row = event.target.closest("#row-table > tbody > tr:not(.opened)");
  if (!row?.id) return;
  choose(row);
  describe(numberOf(row));
  const link = event.target.closest("a.why");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  toggle(link);
});
main.addEventListener("focusin", (event) => {
  if (event.target.matches("a.why")) choose(event.target.closest("tr"));
});
// Only what differs from the usual stands in the address. The buttons stand outside the form, where htmx
// does not see that one leads to another part of the page.
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  const { elt, parameters, triggeringEvent } = detail;
  if (elt.id !== "view") return;
  detail.path = triggeringEvent?.submitter?.getAttribute("formaction") ?? detail.path;
  for (const field of elt.elements) {
    if (field.name && field.value === (field.dataset.usual ?? "")) delete parameters[field.name];
  }
  const { chosen } = elt.querySelector(".columns").dataset;
  const boxes = [...elt.elements.columns];
  if (!chosen && boxes.every((box) => box.checked === box.defaultChecked)) delete parameters.columns;
});
// What is not a view of this result, such as an error or the login, is shown as a page of its own.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { id, dataset } = detail.target;
  if (id === "detail" && detail.pathInfo.requestPath !== pathOf(dataset.row)) detail.shouldSwap = false; // it is late
  if (detail.target.id !== "workspace") return;
  const isResult = new URL(detail.xhr.responseURL).pathname === location.pathname;
  if (detail.xhr.status === 200 && isResult) return;
  // A field of the filter was wrong: the result stays, with a sentence beside the field.
  if (detail.xhr.status === 400 && isResult && detail.xhr.responseText.includes("id=\"workspace\"")) {
    detail.shouldSwap = true;
    detail.isError = false;
    return;
  }
  detail.shouldSwap = false;
  location.assign(detail.pathInfo.finalRequestPath);
});
// A row that could not be described is asked for again when it is chosen again.
for (const type of ["htmx:sendError", "htmx:responseError"]) {
  document.body.addEventListener(type, ({ target }) => {
    if (target.id === "detail") delete target.dataset.row;
  });
}
for (const type of ["htmx:sendError", "htmx:afterSettle"]) {
  document.body.addEventListener(type, () => {
    document.getElementById("unreachable").hidden = type !== "htmx:sendError";
  });
}
document.body.addEventListener("htmx:afterSettle", start);
// The table first; a busy machine is idle after half a second.
if ("requestIdleCallback" in window) requestIdleCallback(start, { timeout: 500 });
else setTimeout(start);
