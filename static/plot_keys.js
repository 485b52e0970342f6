// A plot of points by keyboard: arrows go from point to point, Enter opens the row of one, and
// Space marks the two corners of a selection. Each point is said in the figure's live region.
import { NAME, ROW, X, Y } from "./chart_options.js";
import { assignment, count, say } from "./words.js";

const DECIMALS = 3;
const PAGES = 10; // in so many steps a page key crosses the plot
const places = new WeakMap(); // of each drawing: where the keys are in it

// Let keys walk over the points in a box: `drawingOf` tells what is drawn, `ring` marks a row's
// point in a figure, and `heard` is as for `mount`.
export function walk(box, { drawingOf, ring, heard }) {
  box.addEventListener("keydown", (event) => {
    const drawing = drawingOf();
    if (!drawing?.data.series || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = ACTIONS[event.key];
    const place = placeIn(drawing);
    if (!act || !place.byX.length) return;
    event.preventDefault();
    act(place, { box, drawing, ring, heard });
  });
}

function placeIn(drawing) {
  if (!places.has(drawing)) {
    const seriesOf = new Map(drawing.data.series.flatMap(({ name, points: some }) => some.map((point) => [point, name])));
    const points = [...seriesOf.keys()];
    const along = (first, second) => points.toSorted((a, b) => a[first] - b[first] || a[second] - b[second]);
    places.set(drawing, { seriesOf, byX: along(X, Y), byY: along(Y, X) });
  }
  const place = places.get(drawing);
  if (place.at?.[ROW] !== drawing.chosen) place.at = place.byX.find((point) => point[ROW] === drawing.chosen);
  return place;
}

const by = (order, steps) => (place, scene) => {
  const points = place[order];
  const next = (place.at ? points.indexOf(place.at) : -1) + steps(points.length);
  go(place, points[Math.min(Math.max(next, 0), points.length - 1)], scene);
};
const page = (length) => Math.ceil(length / PAGES);

const ACTIONS = {
  ArrowRight: by("byX", () => 1),
  ArrowLeft: by("byX", () => -1),
  ArrowUp: by("byY", () => 1),
  ArrowDown: by("byY", () => -1),
  PageDown: by("byX", page),
  PageUp: by("byX", (length) => -page(length)),
  Home: by("byX", (length) => -length),
  End: by("byX", (length) => length),
  Enter: ({ at }, { drawing, heard }) => at && heard.onPoint({ data: at, isByKey: true }, drawing),
  " ": setCorner,
  Escape: dropCorner,
};

function go(place, point, { box, drawing, ring }) {
  place.at = point;
  ring(box.closest("figure"), point[ROW]);
  if (place.corner) outline(drawing, between(place));
  const { x_name: xName, y_name: yName } = drawing.data;
  const [x, y] = [X, Y].map((axis) => Number(point[axis].toFixed(DECIMALS)));
  const number = place.byX.indexOf(point) + 1;
  const said = { name: point[NAME], row: point[ROW], series: assignment(place.seriesOf.get(point)), xName, x, yName, y };
  tell(box, say("point", { ...said, place: count(number), total: count(place.byX.length) }));
}

function setCorner(place, { box, drawing, heard }) {
  if (!place.at || !drawing.data.bands) return; // nothing to select by
  if (place.corner) {
    const range = between(place);
    dropCorner(place, { box, drawing });
    tell(box, "");
    heard.onSelect(range, drawing);
  } else {
    place.corner = place.at;
    tell(box, say("corner"));
  }
}

function dropCorner(place, { box, drawing }) {
  if (!place.corner) return;
  place.corner = undefined;
  outline(drawing, undefined);
  tell(box, say("noCorner"));
}

const between = ({ corner, at }) => [X, Y].map((axis) => [corner[axis], at[axis]].toSorted((a, b) => a - b));

function outline({ chart, data }, range) {
  const [xs, ys] = range ?? [];
  const coordRange = range && [data.spread ? [xs[0] - 0.5, xs[1] + 0.5] : xs, ys];
  const areas = coordRange ? [{ brushType: "rect", xAxisIndex: 0, yAxisIndex: 0, coordRange }] : [];
  chart.dispatchAction({ type: "brush", areas });
}

function tell(box, sentence) {
  box.closest("figure").querySelector(".plot-point").textContent = sentence;
}
