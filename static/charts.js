// The retention plot: every row by call; a click on a point leads to its row in the table.
const figure = document.getElementById("plot");
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
  if (!row) return;
  document.querySelector("tr.chosen")?.classList.remove("chosen");
  row.classList.add("chosen");
  row.scrollIntoView({ block: "center" });
}

async function draw() {
  const answer = await fetch(figure.dataset.src);
  if (!answer.ok) return;
  const plot = await answer.json();
  const points = plot.series.reduce((sum, series) => sum + series.points.length, 0);
  const renderer = points > CANVAS_FROM_POINTS ? "canvas" : "svg";
  const chart = echarts.init(figure, null, { renderer });
  chart.setOption(options(plot));
  chart.on("click", ({ data }) => showRow(data[2]));
  new ResizeObserver(() => chart.resize()).observe(figure);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(options(plot)));
  figure.dataset.drawn = points;
}

draw();
