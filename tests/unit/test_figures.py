"""The figures of the documentation, and the rows of the example that its story names."""

import math
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.figures.__main__ import FIGURES, main
from tests.figures.example import analyzed_example

PAGE = Path(__file__).parents[2] / "docs" / "science.md"
KEPT = PAGE.with_name("figures")
NEAR = 8  # of the 720 units of a figure's width
FEW = 0.1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("figures")
    main(made)
    return made


def test_the_page_shows_every_figure_once() -> None:
    shown = re.findall(r"^:file: figures/(\w+)\.svg$", PAGE.read_text(), re.MULTILINE)
    assert shown == [draw.__name__ for draw in FIGURES]


@pytest.mark.parametrize("draw", FIGURES, ids=lambda draw: draw.__name__)
def test_a_figure_is_a_picture_with_a_title_and_marks(folder: Path, draw: type) -> None:
    picture = ElementTree.parse(folder / f"{draw.__name__}.svg").getroot()  # noqa: S314 - our own
    tags = [each.tag.rpartition("}")[2] for each in picture.iter()]
    assert picture.get("role") == "img"
    assert "title" in tags
    assert tags.count("circle") > len(("legend",))
    assert "nan" not in (folder / f"{draw.__name__}.svg").read_text()


def circles(file: Path) -> list[tuple[float, float, str]]:
    """The place and the colour of each mark."""
    found = re.findall(r'<circle cx="([^"]+)" cy="([^"]+)"[^>]* stroke="([^"]+)"', file.read_text())
    return [(float(x), float(y), ink) for x, y, ink in found]


@pytest.mark.parametrize("draw", FIGURES, ids=lambda draw: draw.__name__)
def test_the_kept_figure_shows_what_the_program_finds_now(folder: Path, draw: type) -> None:
    name = f"{draw.__name__}.svg"
    kept, drawn = circles(KEPT / name), circles(folder / name)
    lost = [
        one
        for these, others in ((kept, drawn), (drawn, kept))
        for one in these
        if not any(one[2] == o[2] and math.dist(one[:2], o[:2]) < NEAR for o in others)
    ]
    assert len(lost) <= FEW * len(drawn), "Run: .venv/bin/python -m tests.figures docs/figures"


def test_only_figures_of_the_page_are_kept() -> None:
    assert {file.stem for file in KEPT.iterdir()} == {draw.__name__ for draw in FIGURES}


def test_the_rows_of_the_story_have_the_calls_that_it_says() -> None:
    rows = analyzed_example()
    assert rows["row"].to_list() == [*range(1, rows.height + 1)]
    fragment = rows.row(84, named=True)
    assert (fragment["call"], fragment["parent_row"]) == ("fragment", 72)
    assert fragment["predicted_rt_min"] == pytest.approx(9.9, abs=0.05)
    early = rows.row(178, named=True)
    assert (early["name"], early["call"]) == ("GM3(36:1;O2)", "outlier")
