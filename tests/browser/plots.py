"""What a plot shows of itself to a script of its page."""

# A plot is drawn once it is near.
SEE_PLOT = "document.querySelector('figure.chart').scrollIntoView()"
CENTRE_OF_POINT = """
(number) => {
  const figure = document.getElementById("plot");
  const chart = echarts.getInstanceByDom(figure);
  const points = chart.getOption().series.flatMap((series) => series.data);
  const point = points.find((point) => point?.[2] === number);
  const [x, y] = chart.convertToPixel("grid", point.slice(0, 2));
  return { x, y };
}
"""
