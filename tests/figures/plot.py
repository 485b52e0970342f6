"""Draws a plot as SVG in the colours of the page around it, so that it suits light and dark."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from app.web.features.results.plots.svg import ticks

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 60, 16, 40, 48
# Each is at least 3:1 against white and against the dark backgrounds of the site and the product.
GREEN, BLUE, RED, OCHRE, PURPLE = "#2a8c4f", "#3579c9", "#d4573b", "#b07a10", "#9062c4"
GREY = "#808890"
# Variables of furo's theme, which static/app.css has too.
INK, LINE = "var(--color-foreground-primary)", "var(--color-background-border)"


class Range(NamedTuple):
    """What an axis shows, and its name."""

    name: str
    low: float
    high: float


class Plot:
    """A plot with two axes; ``title`` is its text for screen readers."""

    def __init__(self, title: str, x: Range, y: Range) -> None:
        self._title = title
        self._x, self._y = x, y
        self._legend_end = float(LEFT)
        self._parts: list[str] = []
        self._axes()

    def x(self, value: float) -> float:
        """Where a value is on the page."""
        return LEFT + (value - self._x.low) / (self._x.high - self._x.low) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Where a value is on the page."""
        share = (value - self._y.low) / (self._y.high - self._y.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def line(self, points: Sequence[tuple[float, float]], ink: str, *, dashes: str = "") -> None:
        """Draw a line through points."""
        way = "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)
        self._parts.append(
            f'<path d="M{way}" fill="none" stroke="{ink}" stroke-width="1.5"'
            f' stroke-dasharray="{dashes}"/>'
        )

    def points(
        self, points: Sequence[tuple[float, float]], ink: str, *, filled: bool = True, r: float = 4
    ) -> None:
        """Draw circles."""
        fill = ink if filled else "none"
        for x, y in points:
            self._parts.append(
                f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="{r}" fill="{fill}" '
                f'stroke="{ink}" stroke-width="1.5"/>'
            )

    def bar(self, x: tuple[float, float], height: float, ink: str) -> None:
        """Draw a bar of a histogram."""
        left, right, top = self.x(x[0]), self.x(x[1]), self.y(height)
        self._parts.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
            f'height="{self.y(0) - top:.1f}" fill="{ink}" fill-opacity="0.65"/>'
        )

    def text(
        self, x: float, y: float, text: str, *, turned: bool = False, end: bool = False
    ) -> None:
        """Write a text at a point; ``turned`` runs upwards, and ``end`` ends at the point."""
        at = f"{self.x(x):.1f} {self.y(y):.1f}"
        turn = "rotate(-90)" if turned else ""
        anchor = "end" if end else "start"
        self._parts.append(
            f'<text transform="translate({at}) {turn}" dy="0.35em" text-anchor="{anchor}">'
            f"{escape(text)}</text>"
        )

    def legend(self, name: str, ink: str, *, filled: bool = True) -> None:
        """Add a name to the line above the plot."""
        x, fill = self._legend_end, ink if filled else "none"
        self._parts.append(
            f'<circle cx="{x + 5}" cy="16" r="4" fill="{fill}" stroke="{ink}" stroke-width="1.5"/>'
            f'<text x="{x + 15}" y="20">{escape(name)}</text>'
        )
        self._legend_end += 40 + 6.4 * len(name)

    def svg(self) -> str:
        """The whole picture."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'font-family="sans-serif" font-size="12" fill="{INK}" '
            f'width="100%"><title>{escape(self._title)}</title>'
            f"{''.join(self._parts)}</svg>\n"
        )

    def _axes(self) -> None:
        bottom = HEIGHT - BOTTOM
        for value in ticks(self._y.low, self._y.high):
            self.line([(self._x.low, value), (self._x.high, value)], LINE)
            self._label(LEFT - 8, self.y(value) + 4, f"{abs(value):.6g}", "end")
        for value in ticks(self._x.low, self._x.high):
            self._label(self.x(value), bottom + 18, f"{value:.6g}".replace("-", "\u2212"))
        self._label((LEFT + WIDTH - RIGHT) / 2, bottom + 38, self._x.name)
        middle = (TOP + bottom) / 2
        self._parts.append(
            f'<text transform="translate(14 {middle:.1f}) rotate(-90)" text-anchor="middle">'
            f"{escape(self._y.name)}</text>"
        )

    def _label(self, x: float, y: float, text: str, anchor: str = "middle") -> None:
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
        )
