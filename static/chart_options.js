// How each kind of plot looks, in the words of ECharts. Shapes distinguish everything, as colours do.
import { assignment, count, fixed, say } from "./words.js";

const SYMBOLS = {
  true: "circle", fragment: "triangle", outlier: "diamond", ambiguous: "rect", invalid: "roundRect",
  GA: "arrow", GM: "circle", GD: "triangle", GT: "diamond", GQ: "rect", GP: "roundRect",
};
const PATTERNS = { true: 0, fragment: Math.PI / 4, outlier: -Math.PI / 4, ambiguous: Math.PI / 2, invalid: 0 };
const OF_OUTCOMES = {
  succeeded: ["--true", 0], failed: ["--outlier", Math.PI / 4], cancelled: ["--invalid", -Math.PI / 4],
  retried: ["--ambiguous", Math.PI / 2], lost: ["--danger", Math.PI / 8],
};
const NOT_SELECTED = 0.12;
const CROWDED = 2000; // points; more are drawn smaller and lighter
const NARROW = 620; // px of a plot
const LETTER = 6.6; // px, about
const LEGEND_ROW = 24; // px
const LARGEST = 44;
const SMALLEST = 8;
const END = 0.005; // of an axis; what is chosen up to here reaches its end
const WITH_NAMES = 68; // px right of the grid, for the name of a band that ends there

let scheme = ""; // that of the page, unless a plot is saved

// What is made meanwhile has the colours of white paper.
export function onPaper(make) {
  scheme = "light";
  try {
    return make();
  } finally {
    scheme = "";
  }
}

export function resolved(colour) {
  const probe = document.createElement("span");
  probe.style.colorScheme = scheme;
  probe.style.color = colour;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

const colourOf = (name) => resolved(`var(--${name.toLowerCase()})`);

// `width` is that of the plot in px, for what has less room on a phone.
export const optionsOf = (kind, data, width) => ({ control, composition, distribution, family, throughput, latency, load, sizes }[kind] ?? scatter)(data, width);

// The places of the numbers of a point, as POINT in app/web/features/results/plots/scatter.py.
export const [X, Y, ROW, NAME, SELECTED, SHIFT, HOLLOW] = [0, 1, 2, 3, 4, 5, 6];

export function chosenPoint(data, row) {
  const point = data.series?.flatMap((series) => series.points).find((each) => each[ROW] === row);
  return point && placed(point, data.limits).slice(0, 2);
}

// A point as it is drawn: beside its x, in the lane of its category, and at the end of an axis that it lies
// beyond. Its own y comes last.
export function placed(point, limits) {
  const [low, high] = limits ?? [-Infinity, Infinity];
  return [...point.with(X, point[X] + point[SHIFT]).with(Y, Math.min(Math.max(point[Y], low), high)), point[Y]];
}

// The range of y that is meant by a part of the plot: with the ends of the axis, all that lies beyond them.
export function meant([low, high], { limits, series }) {
  if (!limits) return [low, high];
  const [least, most] = extent(series.flatMap(({ points }) => points.map((point) => point[Y])));
  const near = END * (limits[1] - limits[0]);
  return [low <= limits[0] + near ? Math.min(low, least) : low, high >= limits[1] - near ? Math.max(high, most) : high];
}

// Room above the grid for a legend that breaks into rows, so that no name of it is cut.
function topFor(names, room) {
  let [rows, used] = [1, 0];
  for (const name of new Set(names)) {
    const width = name.length * LETTER + 35;
    if (used && used + width > room) [rows, used] = [rows + 1, 0];
    used += width;
  }
  return 20 + rows * LEGEND_ROW;
}

function common() {
  const text = resolved("var(--ink)");
  const line = resolved("var(--line)");
  return {
    animation: false,
    textStyle: { fontFamily: "system-ui, sans-serif" },
    tooltip: { transitionDuration: 0, backgroundColor: resolved("var(--card)"), borderColor: line, textStyle: { color: text } },
    grid: { left: 64, right: 20, top: 44, bottom: 56 },
    legend: { type: "plain", top: 0, itemWidth: 12, itemHeight: 12, itemGap: 18, textStyle: { color: text }, itemStyle: { opacity: 1 } },
    axis: (name) => ({
      name,
      nameLocation: "middle",
      nameGap: 34,
      nameTextStyle: { color: text },
      axisLabel: { color: text, hideOverlap: true },
      axisLine: { lineStyle: { color: line } },
      splitLine: { lineStyle: { color: line } },
    }),
  };
}

function tooltip(title, rest) {
  const box = document.createElement("div");
  const name = document.createElement("strong");
  name.textContent = title;
  const line = document.createElement("div");
  line.textContent = rest;
  box.append(name, line);
  return box;
}

function scatter({ series: all, ...rest }, room) {
  // A legend of assignments that no row has would take room from the points.
  const data = { ...rest, series: all.filter(({ points }) => points.length) };
  const { axis, ...shared } = common();
  const top = topFor([...data.bands.map((band) => bandName(band, data)), ...data.series.map(({ name }) => assignment(name))], room);
  const left = isNarrow(room) && data.y !== "peak_area" ? 52 : shared.grid.left;
  const value = (name) => ({ ...axis(name), type: "value", scale: true });
  const isChromatogram = data.y === "peak_area";
  const area = { ...axis(data.y_name), nameGap: 46, type: "log", axisLabel: { ...axis("").axisLabel, formatter: (of) => of.toExponential(0).replace("e+", "e") } };
  return {
    ...shared,
    tooltip: { ...shared.tooltip, formatter: ({ seriesName, value: point }) => tooltip(point[NAME], tipOf(point, seriesName, isChromatogram)) },
    grid: { ...shared.grid, top, left, right: data.bands.length && isNamed(data) ? WITH_NAMES : shared.grid.right },
    xAxis: { ...value(data.x_name), ...(data.x === "carbons" ? wholeCarbons(data, axis("").axisLabel) : {}) },
    yAxis: isChromatogram ? area : { ...value(data.y_name), splitNumber: 8, ...limitsOf(data) },
    toolbox: { show: false },
    brush: { toolbox: [], xAxisIndex: 0, yAxisIndex: 0, transformable: false, outOfBrush: { colorAlpha: 1 } },
    dataZoom: ["horizontal", "vertical"].map((orient) => ({ type: "inside", orient, filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseMove: false })),
    series: [...(data.x === "predicted_rt_min" && data.y === "rt_min" ? [diagonal(data.series)] : []), ...data.bands.flatMap((band) => bandSeries(band, data)), ...data.series.flatMap((series) => pointSeries(series, data)), ...(isChromatogram ? data.series.map(sticks) : []), ...links(data), ...edges(data), chosenSeries()],
  };
}

const limitsOf = ({ limits }) => (limits ? { min: limits[0], max: limits[1], axisLabel: { ...common().axis("").axisLabel, showMinLabel: false, showMaxLabel: false } } : {});

// How many rows lie beyond each end of the axis, said at that end.
function edges({ limits, below, above }) {
  if (!limits) return [];
  const text = { color: resolved("var(--ink)"), textBorderColor: resolved("var(--card)"), textBorderWidth: 3 };
  const end = (yAxis, rows, formatter, position) => (rows ? [{ yAxis, label: { ...text, position, formatter } }] : []);
  const data = [
    ...end(limits[1], above, say("above", { rows: count(above) }), "insideEndBottom"),
    ...end(limits[0], below, say("below", { rows: count(below) }), "insideEndTop"),
  ];
  return [{ id: "edges", type: "line", silent: true, z: 8, data: [], markLine: { silent: true, symbol: "none", lineStyle: { color: "transparent" }, data } }];
}

const extent = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);

const tipOf = ([x, , row, , , , , y], series, isChromatogram) => (isChromatogram
  ? say("tipPeak", { row, x: fixed(x, 3), area: count(Math.round(y)), series })
  : say("tipPoint", { row, y: fixed(y, 3), series }));

// Whole carbons, lines between them, and room for the lanes beside them.
function wholeCarbons({ series }, axisLabel) {
  const [low, high] = extent(series.flatMap(({ points }) => points.map(([x]) => x)));
  if (low > high) return { minInterval: 1 }; // without points
  const customValues = Array.from({ length: high - low + 1 }, (_, place) => low + place);
  return { interval: 1, min: low - 0.5, max: high + 0.5, axisLabel: { ...axisLabel, customValues }, axisTick: { show: false } };
}

// Where a point stands whose value is the one that is expected.
function diagonal(series, axes = {}) {
  const ends = extent(series.flatMap(({ points }) => points.flatMap((point) => [point[X], point[Y]])));
  return { id: "diagonal", ...axes, type: "line", silent: true, symbol: "none", z: 1, tooltip: { show: false }, lineStyle: { color: resolved("var(--quiet)"), width: 1 }, data: ends[0] > ends[1] ? [] : ends.map((end) => [end, end]) };
}

// Each peak as a line from the axis up.
function sticks({ name, points }) {
  const stroke = colourOf(name);
  const line = (params, api) => {
    const [x, y] = api.coord([api.value(0), api.value(1)]);
    const { y: top, height } = params.coordSys;
    return { type: "line", shape: { x1: x, y1: y, x2: x, y2: top + height }, style: { stroke, opacity: 0.6 } };
  };
  return { id: `sticks:${name}`, name: assignment(name), type: "custom", clip: true, silent: true, z: 1, itemStyle: { color: stroke }, renderItem: line, data: points.map((point) => point.slice(0, 2)) };
}

function pointSeries({ name, points }, { selected, shown, y, limits }) {
  const colour = colourOf(name);
  const isCrowded = shown > CROWDED;
  const drawn = (id, opacity, some, isHollow) => ({
    id,
    name: assignment(name),
    z: isHollow || opacity === NOT_SELECTED ? 2 : 3, // hollow ones lie behind
    type: "scatter",
    symbol: SYMBOLS[name],
    symbolSize: isCrowded ? 4 : 8,
    itemStyle: { opacity: isCrowded ? opacity * (isHollow ? 0.25 : 0.6) : opacity, ...(isHollow ? { color: "transparent", borderColor: colour, borderWidth: isCrowded ? 1 : 1.5 } : { color: colour }) },
    markLine: y === "residual_min" ? zeroLine() : undefined,
    data: some.map((point) => atEnd(placed(point, limits), limits)),
  });
  const both = (id, opacity, some) => {
    const full = some.filter((point) => !point[HOLLOW]);
    const hollow = some.filter((point) => point[HOLLOW]);
    if (!hollow.length || !full.length) return [drawn(id, opacity, some, hollow.length > 0)];
    return [drawn(id, opacity, full, false), drawn(`hollow:${id}`, opacity, hollow, true)];
  };
  if (selected === null) return both(name, 0.85, points);
  const are = (wanted) => points.filter((point) => point[SELECTED] === wanted);
  return [...both(name, 0.9, are(true)), ...both(`faded:${name}`, NOT_SELECTED, are(false))];
}

// A point beyond the axis is an arrow that shows to which side.
const atEnd = (point, limits) => (limits && point[Y] !== point.at(-1) ? { value: point, symbol: "arrow", symbolSize: 10, symbolRotate: point.at(-1) < limits[0] ? 180 : 0 } : point);

const zeroLine = () => ({
  silent: true,
  symbol: "none",
  label: { show: false },
  lineStyle: { color: resolved("var(--quiet)"), type: "solid" },
  data: [{ yAxis: 0 }],
});

// Residuals are predicted as 0 by all bands alike, so their names would lie one upon another.
const isNamed = ({ y }) => y !== "residual_min";

// Lines from fragments and other ions to their parents; those of the chosen row are set when it is chosen.
function links(data) {
  const line = (id, width, opacity) => ({
    id,
    type: "lines",
    coordinateSystem: "cartesian2d",
    silent: true,
    z: 2,
    lineStyle: { color: resolved("var(--ink)"), width, opacity },
    data: [],
  });
  const isMany = data.links.length > CROWDED;
  return [{ ...line("links", 1, isMany ? 0.12 : 0.35), data: data.lines === "all" ? linksOf(data, data.links) : [] }, line("links:chosen", 2, 0.9)];
}

function linksOf(data, links) {
  const places = placesOf(data);
  return links.map((link) => ({ coords: link.map((row) => places.get(row)) }));
}

const placesOf = (data) => new Map(data.series.flatMap(({ points }) => points.map((point) => [point[ROW], placed(point, data.limits).slice(0, 2)])));

// The lines between a row, its parent, and all that come from either.
export function linksOfRow(data, row) {
  const parent = data.links?.find(([child]) => child === row)?.[1] ?? row;
  return data.links ? linksOf(data, data.links.filter((link) => link[1] === parent)) : [];
}

const bandName = ({ prefix, category }, data) => say(data.every_class ? "allBands" : category ? "mainBands" : "band", { prefix });

// A band as one polygon, its prediction as a line; what lies outside the grid is clipped.
function bandSeries({ prefix, kind, category, shift, points: unshifted }, data) {
  const colour = data.every_class ? colourOf(category) : resolved(category ? "var(--quiet)" : "var(--accent)");
  const points = unshifted.map(([x, ...rest]) => [x + shift, ...rest]);
  const polygon = (_, api) => ({
    type: "polygon",
    shape: { points: [...points.map(([x, , low]) => api.coord([x, low])), ...points.toReversed().map(([x, , , high]) => api.coord([x, high]))] },
    style: { fill: colour, opacity: 0.16 },
    silent: true,
  });
  const shared = { name: bandName({ prefix, category }, data), silent: true, color: colour, tooltip: { show: false } };
  const halo = { textBorderColor: resolved("var(--card)"), textBorderWidth: 3 };
  const named = { endLabel: { show: isNamed(data), formatter: kind, color: colour, ...halo }, labelLayout: data.every_class ? { hideOverlap: true } : { moveOverlap: "shiftY" } };
  const prediction = { id: `prediction:${kind}`, ...shared, ...named, z: 4, type: "line", lineStyle: { width: 1 }, symbol: "none", data: points.map((point) => point.slice(0, 2)) };
  if (data.every_class) return [prediction];
  return [
    { id: `band:${kind}`, ...shared, type: "custom", clip: true, renderItem: polygon, data: [points[0].slice(0, 2)] },
    prediction,
  ];
}

const chosenSeries = (axes = 0) => ({
  id: "chosen",
  type: "scatter",
  silent: true,
  xAxisIndex: axes,
  yAxisIndex: axes,
  symbol: "circle",
  symbolSize: 22,
  z: 9,
  itemStyle: { color: "transparent", borderColor: resolved("var(--ink)"), borderWidth: 3 },
  data: [],
});

const isNarrow = (room) => room < NARROW;

// A histogram by call and a Q-Q plot: side by side, or one below the other where there is less room.
function distribution(data, room) {
  const { axis, ...shared } = common();
  const [first, second] = isNarrow(room) ? [{ bottom: "58%" }, { top: "53%" }] : [{ right: "54%" }, { left: "56%" }];
  const width = data.edges[1] - data.edges[0];
  const limits = [data.edges[0] - width, ...data.edges, data.edges.at(-1) + width]; // the outermost bars hold what lies beyond
  const calls = Object.keys(data.counts).filter((call) => data.counts[call].some(Boolean));
  const top = topFor(calls.map(assignment), room);
  const of = { xAxisIndex: 1, yAxisIndex: 1 };
  const binOf = (place) => {
    const [from, to] = [limits[place], limits[place + 1]].map((edge) => fixed(edge, 3));
    if (place === 0) return say("binBelow", { to });
    return place === limits.length - 2 ? say("binAbove", { from }) : say("bin", { from, to });
  };
  const tip = ({ seriesName, dataIndex, data: point }) => (point.length > 2
    ? tooltip(point[NAME], say("tipQuantile", { row: point[ROW], y: fixed(point[Y], 2), x: fixed(point[X], 2) }))
    : tooltip(seriesName, say("tipBin", { bin: binOf(dataIndex), rows: count(point[1]) })));
  return {
    ...shared,
    tooltip: { ...shared.tooltip, formatter: tip },
    legend: { ...shared.legend, data: calls.map(assignment) },
    grid: [{ ...shared.grid, top, ...first }, { ...shared.grid, top, ...second }],
    xAxis: [{ ...axis(say("axisResidual")), type: "value", min: limits[0], max: limits.at(-1), axisLabel: { ...axis("").axisLabel, showMinLabel: false, showMaxLabel: false } }, { ...axis(data.x_name), gridIndex: 1, type: "value", scale: true }],
    yAxis: [{ ...axis(say("axisRows")), nameGap: 42, type: "value", minInterval: 1 }, { ...axis(data.y_name), gridIndex: 1, type: "value", scale: true }],
    series: [
      ...calls.map((call) => ({
        name: assignment(call),
        type: "bar",
        stack: "rows",
        barCategoryGap: "6%",
        itemStyle: { color: colourOf(call), decal: stripes(PATTERNS[call]) },
        data: data.counts[call].map((rows, place) => [limits[place] + width / 2, rows || "-"]),
      })),
      diagonal(data.series, of),
      ...data.series.map(({ name, points }) => ({ id: "quantiles", ...of, type: "scatter", symbol: SYMBOLS[name], symbolSize: 6, itemStyle: { color: colourOf(name), opacity: 0.85 }, data: points })),
      chosenSeries(1),
    ],
  };
}

const stripes = (rotation) => ({ symbol: "rect", color: "rgba(255, 255, 255, 0.25)", dashArrayX: [1, 0], dashArrayY: [2, 7], rotation });

// The axes of slots of time, and a tooltip for one number of one slot.
function overTime(slots, axisName) {
  const { axis, ...shared } = common();
  const hours = (new Date(slots[1].since) - new Date(slots[0].since)) / 3_600_000;
  const names = slots.map(({ since }) => since.slice(hours < 1 ? 11 : 5, 16).replace("T", " "));
  return {
    ...shared,
    tooltip: { ...shared.tooltip, formatter: ({ seriesName, name, value }) => tooltip(name, say("tipSlot", { name: seriesName, value: count(value) })) },
    xAxis: { ...axis(say("axisSince")), type: "category", data: names },
    yAxis: { ...axis(axisName), nameGap: 48, type: "value" },
  };
}

function throughput(slots) {
  return {
    ...overTime(slots, say("axisAttempts")),
    series: Object.entries(OF_OUTCOMES).map(([name, [colour, rotation]]) => ({
      name,
      type: "bar",
      stack: "attempts",
      itemStyle: { color: resolved(`var(${colour})`), decal: stripes(rotation) },
      data: slots.map((slot) => slot.ended[name]),
    })),
  };
}

function timeSeries(slots, field, name, colour, symbol, type) {
  const color = resolved(`var(${colour})`);
  return { name, type: "line", symbol, symbolSize: 7, lineStyle: { type, color }, itemStyle: { color }, data: slots.map((slot) => slot[field]) };
}

function latency(slots) {
  return {
    ...overTime(slots, say("axisSeconds")),
    series: [
      timeSeries(slots, "mean_wait_s", say("meanWait"), "--fragment", "triangle", "solid"),
      timeSeries(slots, "longest_wait_s", say("longestWait"), "--fragment", "emptyTriangle", "dotted"),
      timeSeries(slots, "mean_run_s", say("meanRun"), "--accent", "circle", "solid"),
      timeSeries(slots, "longest_run_s", say("longestRun"), "--accent", "emptyCircle", "dotted"),
    ],
  };
}

function load(figures) {
  return {
    ...overTime(figures, say("axisJobs")),
    series: [
      timeSeries(figures, "waiting", say("jobsWaiting"), "--fragment", "triangle", "solid"),
      timeSeries(figures, "running", say("jobsRunning"), "--accent", "circle", "solid"),
      timeSeries(figures, "places", say("placesOfWorkers"), "--accent", "emptyCircle", "dotted"),
    ],
  };
}

function sizes(figures) {
  const inMb = figures.map((each) => ({ ...each, redis: each.redis_bytes / 1e6, database: each.database_bytes === null ? null : each.database_bytes / 1e6 }));
  return {
    ...overTime(inMb, say("axisMb")),
    series: [
      timeSeries(inMb, "redis", say("memoryOfRedis"), "--fragment", "triangle", "solid"),
      timeSeries(inMb, "database", say("databaseSize"), "--accent", "circle", "solid"),
    ],
  };
}

function control(runs, room) {
  const { axis, ...shared } = common();
  const [colour, out, grey] = ["--accent", "--danger", "--invalid"].map((name) => resolved(`var(${name})`));
  const names = [say("measured"), say("meanBefore"), say("lowerLimit"), say("upperLimit")];
  const limit = (field, name, type) => ({ name, type: "line", symbol: "none", step: "middle", lineStyle: { type, color: grey }, itemStyle: { color: grey }, data: runs.map((run) => run[field]) });
  const marked = ({ value, is_out: isOut }) => ({ value, symbol: isOut ? "diamond" : "circle", symbolSize: isOut ? 13 : 7, itemStyle: { color: isOut ? out : colour } });
  return {
    ...shared,
    grid: { ...shared.grid, top: topFor(names, room) },
    tooltip: { ...shared.tooltip, formatter: ({ seriesName, name, value }) => tooltip(name, say("tipSlot", { name: seriesName, value: fixed(value, 3) })) },
    xAxis: { ...axis(say("axisRun")), type: "category", data: runs.map((run, n) => `${n + 1}: ${run.name}`), axisLabel: { show: false } },
    yAxis: { ...axis(""), type: "value", scale: true, axisLabel: { ...axis("").axisLabel, formatter: (of) => String(Number(of.toPrecision(5))) } },
    series: [
      { name: names[0], type: "line", lineStyle: { color: colour }, itemStyle: { color: colour }, data: runs.map(marked) },
      limit("mean", names[1], "solid"),
      limit("low", names[2], "dashed"),
      limit("high", names[3], "dashed"),
    ],
  };
}

function composition(shares, room) {
  const { axis, ...shared } = common();
  const calls = Object.keys(shares[0]?.counts ?? {}).filter((call) => shares.some((share) => share.counts[call]));
  return {
    ...shared,
    grid: { ...shared.grid, top: topFor(calls.map(assignment), room) },
    tooltip: { ...shared.tooltip, formatter: ({ seriesName, name, value }) => tooltip(`${name}, ${seriesName}`, say("tipShare", { rows: count(value) })) },
    xAxis: { ...axis(say("axisCategory")), type: "category", data: shares.map((share) => share.category || say("notReadable")) },
    yAxis: { ...axis(say("axisRows")), nameGap: 48, type: "value" },
    series: calls.map((call) => ({
      id: call,
      name: assignment(call),
      type: "bar",
      stack: "rows",
      barMaxWidth: 90,
      itemStyle: { color: colourOf(call), decal: stripes(PATTERNS[call]) },
      data: shares.map((share) => share.counts[call]),
    })),
  };
}

function family({ members, row }) {
  const { axis, ...shared } = common();
  const largest = Math.max(1, ...members.map((member) => member.peak_area));
  const names = members.map((member) => say(member.is_parent ? "parent" : "member", member));
  const size = (area) => Math.max(SMALLEST, LARGEST * Math.sqrt(area / largest));
  return {
    ...shared,
    grid: { ...shared.grid, left: 16, containLabel: true },
    tooltip: { ...shared.tooltip, formatter: ({ data: { value, member } }) => tooltip(member.name, say("tipMember", { ...member, call: assignment(member.call), rt: fixed(value[0], 3), area: count(Math.round(member.peak_area)) })) },
    xAxis: { ...axis(say("axisFamily")), type: "value", scale: true, boundaryGap: ["8%", "8%"], axisLabel: { ...axis("").axisLabel, formatter: (of) => fixed(of, 3) } },
    yAxis: { ...axis(""), type: "category", inverse: true, data: names },
    series: [...new Set(members.map((member) => member.call))].map((call) => ({
      name: assignment(call),
      type: "scatter",
      symbol: SYMBOLS[call],
      itemStyle: { color: colourOf(call), opacity: 0.85, borderColor: resolved("var(--ink)") },
      data: members.flatMap((member, place) => (member.call === call
        ? [{ value: [member.rt_min, place], member, symbolSize: size(member.peak_area), itemStyle: { borderWidth: member.row === row ? 3 : 0 } }]
        : [])),
    })),
  };
}
