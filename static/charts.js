// Draws the plots: the library and the data come once a figure is near, and no sooner.
import { chosenPoint, optionsOf, resolved } from "./chart_options.js";

const LIBRARY = "/static/vendor/echarts-6.1.0.min.js";
const CANVAS_FROM_POINTS = 2000;
const NEAR = "300px";
const SAVED = { width: 1200, height: 750, pixelRatio: 2 };
const drawings = new WeakMap(); // of each box: what is drawn in it
let loading;

function library() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = LIBRARY;
    script.onload = () => resolve(window.echarts);
    script.onerror = () => {
      loading = undefined;
      reject(new Error("The library of the plots could not be loaded."));
    };
    document.head.append(script);
  });
  return loading;
}

const boxOf = (figure) => figure.querySelector(".plot");

// Draw a figure once it is near; `heard` has onPoint and onSelect, which hear of clicks and drags.
export function mount(figure, heard) {
  const near = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    near.disconnect();
    draw(figure, heard).catch(() => tellFailure(figure));
  }, { rootMargin: NEAR });
  near.observe(figure);
  for (const button of figure.querySelectorAll("[data-save]")) {
    button.addEventListener("click", () => save(figure, button.dataset.save));
  }
}

// Ring the point of a row; false when it is not among the points.
export function mark(figure, row) {
  const drawing = drawings.get(boxOf(figure));
  if (!drawing) return false;
  drawing.chosen = row;
  const point = chosenPoint(drawing.data, row);
  drawing.chart.setOption({ series: [{ id: "chosen", data: point ? [point] : [] }] });
  return Boolean(point);
}

async function draw(figure, heard) {
  const { src, kind, chosen } = figure.dataset;
  const box = boxOf(figure);
  let drawing = drawings.get(box);
  if (drawing?.src !== src) {
    const [answer, echarts] = await Promise.all([fetch(src), library()]);
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    const data = await answer.json();
    if (!figure.isConnected) return; // another view has come meanwhile
    const points = numberOfPoints(kind, data);
    drawing = { src, kind, data, chart: chartIn(box, points, echarts, heard) };
    drawings.set(box, drawing);
    drawing.chart.setOption(optionsOf(kind, data), { notMerge: true });
    if (heard?.onSelect && "bands" in data) brush(drawing.chart);
    box.dataset.drawn = points;
  }
  const isMarked = mark(figure, Number(chosen || drawing.chosen || 0));
  tellWhatIsShown(figure, drawing, chosen && !isMarked);
}

function chartIn(box, points, echarts, heard) {
  drawings.get(box)?.chart.dispose();
  const chart = echarts.init(box, null, { renderer: points > CANVAS_FROM_POINTS ? "canvas" : "svg" });
  chart.on("click", (event) => heard?.onPoint?.(event, drawings.get(box)));
  chart.on("brushEnd", ({ areas }) => {
    if (!areas.length) return;
    chart.dispatchAction({ type: "brush", areas: [] });
    heard?.onSelect?.(areas[0].coordRange, drawings.get(box));
  });
  chart.getZr().on("dblclick", () => chart.dispatchAction({ type: "dataZoom", batch: [0, 1].map(whole) }));
  observe(box);
  return chart;
}

const whole = (dataZoomIndex) => ({ dataZoomIndex, start: 0, end: 100 });

function observe(box) {
  if (drawings.has(box)) return;
  new ResizeObserver(() => box.clientWidth && drawings.get(box)?.chart.resize()).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    const { chart, kind, data } = drawings.get(box);
    chart.setOption(optionsOf(kind, data));
  });
}

function brush(chart) {
  chart.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: { brushType: "rect", brushMode: "single" } });
}

function numberOfPoints(kind, data) {
  if (kind === "composition") return data.length;
  return kind === "family" ? data.members.length : data.shown;
}

function tellWhatIsShown(figure, { kind, data }, isChosenMissing) {
  const note = figure.querySelector(".plot-note");
  const count = (number) => number.toLocaleString("en");
  const facts = [];
  if (kind === "family") {
    if (data.members.length < data.total) facts.push(`${count(data.members.length)} of ${count(data.total)} peaks are shown`);
  } else if (kind !== "composition") {
    facts.push(data.shown === data.total ? `All ${count(data.total)} rows are shown` : `${count(data.shown)} of ${count(data.total)} rows are shown`);
    if (data.shown + data.left_out < data.total) facts.push("the frequent are thinned evenly, the rare are kept whole");
    if (data.left_out) facts.push(`${count(data.left_out)} rows lack a value to be drawn by`);
    if (data.selected !== null) facts.push(`${count(data.selected)} are selected`);
    if (isChosenMissing) facts.push("the chosen row is not among them");
  }
  note.textContent = facts.length ? `${facts.join("; ")}.` : "";
}

function tellFailure(figure) {
  boxOf(figure).hidden = true;
  figure.querySelector(".plot-error").hidden = false;
}

async function save(figure, form) {
  const drawing = drawings.get(boxOf(figure));
  if (!drawing) return;
  const echarts = await library();
  const isSvg = form === "svg";
  const copy = echarts.init(isSvg ? null : document.createElement("div"), null, { renderer: isSvg ? "svg" : "canvas", ssr: isSvg, ...SAVED });
  const backgroundColor = resolved("var(--card)");
  copy.setOption({ ...optionsOf(drawing.kind, drawing.data), backgroundColor });
  const point = chosenPoint(drawing.data, drawing.chosen);
  if (point) copy.setOption({ series: [{ id: "chosen", data: [point] }] });
  const blob = isSvg
    ? new Blob([copy.renderToSVGString()], { type: "image/svg+xml" })
    : await new Promise((resolve) => copy.renderToCanvas({ pixelRatio: SAVED.pixelRatio, backgroundColor }).toBlob(resolve));
  copy.dispose();
  offer(blob, `sialoscope-${drawing.kind}.${form}`);
}

function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
