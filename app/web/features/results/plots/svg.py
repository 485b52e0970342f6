"""Draws a scatter plot as SVG without a browser, for printed reports."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from app.analysis.counted import counted

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 76
SIZE = 3.2
MOST_TICKS = 8
# Dark enough on white paper (WCAG AA); shapes distinguish them in black and white.
INKS = ("#1a7a3c", "#1f5fae", "#b3361e", "#8a5a00", "#5d6670")
SHAPES = ("circle", "triangle", "diamond", "square", "cross")
CORNERS = {
    "triangle": ((0, -1), (1, 1), (-1, 1)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
}


class Marks(NamedTuple):
    """The points (x, y) of one name, all drawn with one shape; hollow ones lie behind."""

    name: str
    points: Sequence[tuple[float, float]]
    is_hollow: bool = False


class _Scale(NamedTuple):
    """Converts values to positions on the page."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def within(self, value: float) -> float:
        """The position of a value, at an end of the scale if it lies beyond."""
        return self.place(min(max(value, self.low), self.high))


def scatter(
    marks: Sequence[Marks], *, title: str, x_name: str, y_name: str, reach: float | None = None
) -> str:
    """The plot with axes and a legend; ``title`` is its text for screen readers.

    With ``reach`` the y axis goes as far from 0, which has a line. Points beyond stand at its ends,
    and their number is written there.
    """
    points = [point for each in marks for point in each.points]
    x = _scale([point[0] for point in points], LEFT, WIDTH - RIGHT)
    heights = [point[1] for point in points] if reach is None else [-reach, reach]
    y = _scale(heights, HEIGHT - BOTTOM, TOP)
    parts = [*_axes(x, y, x_name, y_name)]
    if reach is not None:
        parts.append(_line(LEFT, y.place(0), WIDTH - RIGHT, y.place(0), "#16222b"))
    for number, each in sorted(enumerate(marks), key=lambda it: not it[1].is_hollow):
        parts.append(f'<g {_ink(number, each)} fill-opacity="0.75">')
        parts += [_mark(number, x.place(px), y.within(py)) for px, py in each.points]
        parts.append("</g>")
    if reach is not None:
        parts += _beyond([point[1] for point in points], y)
    parts += _legend(marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12" fill="#16222b">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _beyond(heights: Sequence[float], axis: _Scale) -> Iterator[str]:
    """How many points stand at each end of the y axis because they lie beyond it."""
    ends = (
        (sum(y > axis.high for y in heights), TOP + 12, "above"),
        (sum(y < axis.low for y in heights), HEIGHT - BOTTOM - 6, "below"),
    )
    for rows, at, where in ends:
        if rows:
            yield _text(WIDTH - RIGHT - 4, at, f"{counted(rows, 'row')} {where}", "end")


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from low to high, at most eight."""
    step = 10.0 ** math.floor(math.log10((high - low) / MOST_TICKS))
    step = next(step * f for f in (1, 2, 5, 10) if (high - low) / (step * f) <= MOST_TICKS)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.04 * (high - low) or 0.5
    return _Scale(low - room, high + room, start, end)


def _axes(x: _Scale, y: _Scale, x_name: str, y_name: str) -> Iterator[str]:
    bottom = HEIGHT - BOTTOM
    for value in ticks(x.low, x.high):
        yield _line(x.place(value), bottom, x.place(value), bottom + 5, "#4d5f6b")
        yield _text(x.place(value), bottom + 18, _numeral(value), "middle")
    for value in ticks(y.low, y.high):
        yield _line(LEFT, y.place(value), WIDTH - RIGHT, y.place(value), "#e1e8ea")
        yield _text(LEFT - 8, y.place(value) + 4, _numeral(value), "end")
    yield _line(LEFT, bottom, WIDTH - RIGHT, bottom, "#4d5f6b")
    yield _line(LEFT, TOP, LEFT, bottom, "#4d5f6b")
    yield _text((LEFT + WIDTH - RIGHT) / 2, bottom + 36, x_name, "middle")
    middle = (TOP + bottom) / 2
    yield (
        f'<text x="14" y="{middle:.1f}" text-anchor="middle" '
        f'transform="rotate(-90 14 {middle:.1f})">{escape(y_name)}</text>'
    )


def _legend(marks: Sequence[Marks]) -> Iterator[str]:
    width = (WIDTH - LEFT - RIGHT) / max(len(marks), 1)
    for number, each in enumerate(marks):
        at = LEFT + number * width
        yield f"<g {_ink(number, each)}>{_mark(number, at + 6, HEIGHT - 16)}</g>"
        yield _text(at + 16, HEIGHT - 12, f"{each.name} ({len(each.points):,})", "start")


def _ink(number: int, marks: Marks) -> str:
    if marks.is_hollow:
        return f'fill="none" stroke="{INKS[number]}" stroke-opacity="0.7"'
    return f'fill="{INKS[number]}" stroke="none"'


def _mark(number: int, x: float, y: float) -> str:
    r = SIZE
    shape = SHAPES[number]
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>'
    if shape == "cross":
        return (
            f'<path d="M{x - r:.1f} {y - r:.1f}l{2 * r} {2 * r}m0 {-2 * r}l{-2 * r} {2 * r}" '
            f'stroke="{INKS[number]}" stroke-width="1.5"/>'
        )
    corners = "L".join(f"{x + r * dx:.1f} {y + r * dy:.1f}" for dx, dy in CORNERS[shape])
    return f'<path d="M{corners}z"/>'


def _line(x1: float, y1: float, x2: float, y2: float, ink: str) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{ink}" fill="none"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _numeral(value: float) -> str:
    return f"{value:.6g}".replace("-", "\u2212") if abs(value) > 1e-12 else "0"
