// The retention plot: rows by call; a click on a point leads to its row, on whichever page of the table.
const figure = document.getElementById("plot");
const note = document.getElementById("plot-note");
const error = document.getElementById("plot-error");
// Told apart by shape as well as by colour.
const SYMBOLS = { true: "circle", fragment: "triangle", outlier: "diamond", ambiguous: "rect", invalid: "pin" };
const CANVAS_FROM_POINTS = 2000;

function tooltip({ seriesName, data }) {
  const box = document.createElement("div");
  const name = document.createElement("strong");
  name.textContent = data[3];
  const rest = document.createElement("div");
  rest.textContent = `row ${data[2]}, ${data[1].toFixed(3)} min, ${seriesName}`;
  box.append(name, rest);
  return box;
}

function resolved(colour) {
  const probe = document.createElement("span");
  probe.style.color = colour;
  figure.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function options(plot) {
  const text = resolved("var(--ink)");
  const line = resolved("var(--line)");
  const axis = (name) => ({
    type: "value",
    name,
    nameLocation: "middle",
    nameGap: 32,
    scale: true,
    nameTextStyle: { color: text },
    axisLabel: { color: text },
    axisLine: { lineStyle: { color: line } },
    splitLine: { lineStyle: { color: line } },
  });
  return {
    animation: false,
    textStyle: { fontFamily: "inherit" },
    grid: { left: 56, right: 16, top: 40, bottom: 52 },
    legend: { top: 0, itemWidth: 12, itemHeight: 12, itemGap: 20, textStyle: { color: text } },
    tooltip: { formatter: tooltip },
    xAxis: axis(plot.x_name),
    yAxis: axis(plot.y_name),
    dataZoom: [{ type: "inside" }, { type: "inside", orient: "vertical" }],
    series: plot.series.map((series) => ({
      name: series.call,
      type: "scatter",
      symbol: SYMBOLS[series.call],
      symbolSize: 9,
      itemStyle: { color: resolved(`var(--${series.call})`), opacity: 0.8 },
      data: series.points,
    })),
  };
}

function showRow(number) {
  const row = document.getElementById(`row-${number}`);
  if (!row) return openPageOf(number);
  document.querySelector("tr.chosen")?.classList.remove("chosen");
  row.classList.add("chosen");
  row.scrollIntoView({ block: "center" });
}

function openPageOf(number) {
  const query = new URLSearchParams(location.search);
  query.delete("page");
  query.set("row", number);
  location.assign(`?${query}#row-${number}`);
}

function tellWhatIsMissing({ shown, total, left_out: leftOut, x_name: xName }) {
  const count = (number) => number.toLocaleString("en");
  const facts = [`${count(shown)} of ${count(total)} rows are shown`];
  if (shown + leftOut < total) facts.push("frequent calls are thinned evenly, rare ones are kept whole");
  if (leftOut) facts.push(`${count(leftOut)} rows have no ${xName} or no retention time`);
  note.textContent = `${facts.join("; ")}.`;
  note.hidden = shown === total;
}

async function draw() {
  const answer = await fetch(figure.dataset.src);
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  const plot = await answer.json();
  tellWhatIsMissing(plot);
  const renderer = plot.shown > CANVAS_FROM_POINTS ? "canvas" : "svg";
  const chart = echarts.init(figure, null, { renderer });
  chart.setOption(options(plot));
  chart.on("click", ({ data }) => showRow(data[2]));
  new ResizeObserver(() => chart.resize()).observe(figure);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(options(plot)));
  figure.dataset.drawn = plot.shown;
}

function tellFailure() {
  figure.hidden = true;
  error.hidden = false;
}

draw().catch(tellFailure);
