"""The plot of residuals that a notebook shows, as SVG."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

import polars as pl

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 320, 64, 28, 48
TICKS = 5
# Dark enough on white paper (WCAG AA); hollow and full marks differ without colours too.
INKS = {
    "true": ("#1a7a3c", "full"),
    "fragment": ("#1f5fae", "full"),
    "outlier": ("#b3361e", "hollow"),
    "ambiguous": ("#8a5a00", "hollow"),
}


@dataclass(frozen=True)
class Plot:
    """The residuals of a result over retention time: one mark a row, one ink a call."""

    title: str
    rows: pl.DataFrame = field(repr=False)

    def _repr_svg_(self) -> str:
        return _svg(self.title, self.rows.drop_nulls(["rt_min", "residual_min"]))


def _svg(title: str, rows: pl.DataFrame) -> str:
    x = _Axis(rows["rt_min"], LEFT, WIDTH - 16)
    y = _Axis(rows["residual_min"], HEIGHT - BOTTOM, TOP)
    parts = [*_axes(x, y), *_marks(rows, x, y)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'role="img" font-family="sans-serif" font-size="12"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{"".join(parts)}</svg>'
    )


class _Axis:
    """Converts values to positions; an axis of one value, or of none, is one wide."""

    def __init__(self, values: pl.Series, start: float, end: float) -> None:
        low, high = (float(values.min() or 0.0), float(values.max() or 0.0))  # type: ignore[arg-type]
        self.low, self.high = (low, high) if high > low else (low - 0.5, low + 0.5)
        self.start, self.end = start, end

    def place(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        return [self.low + (self.high - self.low) * n / (TICKS - 1) for n in range(TICKS)]


def _axes(x: _Axis, y: _Axis) -> Iterator[str]:
    yield f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - 16}" fill="none" stroke="#16222b"/>'
    for value in x.ticks():
        yield _text(x.place(value), HEIGHT - BOTTOM + 16, f"{value:.2f}")
    for value in y.ticks():
        yield _text(LEFT - 6, y.place(value) + 4, f"{value:.3f}", anchor="end")
    yield _text((LEFT + WIDTH) / 2, HEIGHT - 10, "Retention time (min)")
    yield _text(LEFT, 16, "Measured minus predicted (min)", anchor="start")


def _marks(rows: pl.DataFrame, x: _Axis, y: _Axis) -> Iterator[str]:
    present = [call for call in INKS if call in rows["call"].to_list()]
    for number, call in enumerate(present):
        ink, kind = INKS[call]
        look = f'fill="{ink}"' if kind == "full" else f'fill="none" stroke="{ink}"'
        some = rows.filter(pl.col("call") == call)
        for rt, residual in some.select("rt_min", "residual_min").iter_rows():
            yield f'<circle cx="{x.place(rt):.1f}" cy="{y.place(residual):.1f}" r="3" {look}/>'
        left = WIDTH - 90 * (len(present) - number)
        yield f'<circle cx="{left}" cy="12" r="4" {look}/>'
        yield _text(left + 8, 16, call, anchor="start")


def _text(x: float, y: float, text: str, *, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
