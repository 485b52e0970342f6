// Draws the plots: the library and the data come once a figure is near, and no sooner.
import { chosenPoint, linksOfRow, optionsOf } from "./chart_options.js";
import { walk } from "./plot_keys.js";
import { savePlot, script } from "./save_plot.js";
import { count, say } from "./words.js";

const LIBRARY = "echarts-6.1.0.min.js";
const CANVAS_FROM_POINTS = 2000;
const NEAR = "300px";
const STILL = 6; // px that a hand may move in a click; a selection begins beyond them
const drawings = new WeakMap(); // of each box: what is drawn in it

const library = async () => {
  await script(LIBRARY);
  return window.echarts;
};

const boxOf = (figure) => figure.querySelector(".plot");

// Draw a figure once it is near; `heard` has onPoint and onSelect, which hear of clicks and drags.
export function mount(figure, heard) {
  let drawing;
  const drawn = () => (drawing ??= draw(figure, heard).catch(() => tellFailure(figure, true)));
  const near = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    near.disconnect();
    drawn();
  }, { rootMargin: NEAR });
  near.observe(figure);
  for (const button of figure.querySelectorAll("[data-save]")) {
    button.addEventListener("click", () => drawn().then(() => save(figure, button)));
  }
}

// The row whose point is ringed, if one is.
export const chosenIn = (figure) => drawings.get(boxOf(figure))?.chosen;

// Ring the point of a row; false when it is not among the points.
export function mark(figure, row) {
  const drawing = drawings.get(boxOf(figure));
  if (!drawing) return false;
  drawing.chosen = row;
  const point = chosenPoint(drawing.data, row);
  const links = drawing.data.links ? [{ id: "links:chosen", data: linksOfRow(drawing.data, row) }] : [];
  drawing.chart.setOption({ series: [...links, { id: "chosen", data: point ? [point] : [] }] });
  return Boolean(point);
}

async function draw(figure, heard) {
  const { src, kind, chosen } = figure.dataset;
  const box = boxOf(figure);
  tellFailure(figure, false); // the box may be that of a plot that failed
  let drawing = drawings.get(box);
  if (drawing?.src !== src) {
    const [answer, echarts] = await Promise.all([fetch(src), library()]);
    if (!answer.ok) throw new Error(answer.statusText);
    const data = await answer.json();
    if (!figure.isConnected) return; // another view has come meanwhile
    const points = numberOfPoints(kind, data);
    drawing = { src, kind, data, chart: chartIn(box, points, echarts, heard) };
    drawings.set(box, drawing);
    drawing.chart.setOption(optionsOf(kind, data, box.clientWidth), { notMerge: true });
    const isWalked = Boolean(heard?.onSelect && "series" in data);
    if (isWalked && "bands" in data) brush(drawing.chart);
    offerKeys(box, figure, isWalked);
    box.dataset.drawn = points;
  }
  const isMarked = mark(figure, Number(chosen || drawing.chosen || 0));
  tellWhatIsShown(figure, drawing, chosen && !isMarked);
}

function chartIn(box, points, echarts, heard) {
  drawings.get(box)?.chart.dispose();
  const chart = echarts.init(box, null, { renderer: points > CANVAS_FROM_POINTS ? "canvas" : "svg" });
  onClick(chart, (event) => heard?.onPoint?.(event, drawings.get(box)));
  chart.on("brushEnd", ({ areas }) => {
    if (!areas.length) return;
    chart.dispatchAction({ type: "brush", areas: [] });
    heard?.onBrush?.(areas[0].coordRange, drawings.get(box));
  });
  chart.getZr().on("dblclick", () => {
    chart.dispatchAction({ type: "dataZoom", batch: [0, 1].map(whole) });
    chart.dispatchAction({ type: "legendAllSelect" });
    heard?.onReset?.();
  });
  observe(box, heard);
  return chart;
}

// A click may move a little on its way. ECharts' own is lost when another point comes under the pointer,
// and when a busy machine redraws between press and release.
function onClick(chart, hear) {
  let pressed;
  chart.on("mousedown", (event) => (pressed = event.event.event.button ? undefined : event));
  chart.getZr().on("mouseup", ({ offsetX, offsetY }) => {
    const { event: start } = pressed ?? {};
    if (start && Math.hypot(offsetX - start.offsetX, offsetY - start.offsetY) <= STILL) hear(pressed);
    pressed = undefined;
  });
}

// A box outlives the figures around it, so what it says of itself follows them.
function offerKeys(box, figure, isWalked) {
  box.role = isWalked ? "application" : "img";
  box.ariaLabel = figure.dataset.label;
  const ways = { tabindex: "0", "aria-describedby": "plot-keys" };
  for (const [name, value] of Object.entries(ways)) {
    if (isWalked) box.setAttribute(name, value);
    else box.removeAttribute(name);
  }
}

const whole = (dataZoomIndex) => ({ dataZoomIndex, start: 0, end: 100 });

function observe(box, heard) {
  if (drawings.has(box)) return;
  walk(box, { drawingOf: () => drawings.get(box), ring: mark, heard });
  const redraw = () => {
    const { chart, kind, data, chosen } = drawings.get(box);
    chart.setOption(optionsOf(kind, data, box.clientWidth));
    mark(box.closest("figure"), chosen);
  };
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (!box.clientWidth || !drawings.has(box)) return;
    drawings.get(box).chart.resize();
    if (width !== box.clientWidth) redraw(); // the legend may break into other rows
    width = box.clientWidth;
  }).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

function brush(chart) {
  chart.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: { brushType: "rect", brushMode: "single" } });
}

function numberOfPoints(kind, data) {
  if (Array.isArray(data)) return data.length;
  return kind === "family" ? data.members.length : data.shown;
}

function tellWhatIsShown(figure, { kind, data }, isChosenMissing) {
  const note = figure.querySelector(".plot-note");
  const facts = [];
  const total = count(data.total ?? 0);
  if (kind === "family") {
    const shown = count(data.members.length);
    if (data.members.length < data.total) facts.push(say("peaksShown", { shown, total }));
  } else if (!Array.isArray(data)) {
    facts.push(say(data.shown === data.total ? "allShown" : "someShown", { shown: count(data.shown), total }));
    if (data.shown + data.left_out < data.total) facts.push(say("thinned"));
    if (data.beyond) facts.push(say("beyond", { rows: count(data.beyond), from: data.edges[0], to: data.edges.at(-1) }));
    if (data.limits) facts.push(say("beyondLimits", { rows: count(data.below + data.above) }));
    if (data.left_out) facts.push(say("leftOut", { rows: count(data.left_out) }));
    if (data.selected ?? null) facts.push(say("selected", { rows: count(data.selected) }));
    if (isChosenMissing) facts.push(say("notAmong"));
  }
  const undrawn = data.undrawn ? ` ${data.undrawn}` : "";
  note.textContent = `${facts.length ? `${facts.join("; ")}.` : ""}${undrawn}`.trim();
}

function tellFailure(figure, hasFailed) {
  if (!figure.isConnected) return; // the box is another's by now
  boxOf(figure).hidden = hasFailed;
  figure.querySelector(".plot-error").hidden = !hasFailed;
}

async function save(figure, { dataset: { save: form } }) {
  const drawing = drawings.get(boxOf(figure));
  if (!drawing) return;
  const widthMm = Number(figure.querySelector(".save select").value);
  await savePlot(await library(), drawing, { form, widthMm, stem: figure.dataset.file }).catch(() => tellNotSaved(figure));
}

// The plot stays; only what makes the file could not be loaded.
function tellNotSaved(figure) {
  figure.querySelector(".plot-note").textContent = say("notSaved");
}
