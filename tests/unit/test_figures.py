"""The figures of the documentation, and the rows of the example that its story names."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.figures.__main__ import FIGURES, main
from tests.figures.example import analyzed_example

PAGE = Path(__file__).parents[2] / "docs" / "science.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("figures")
    main(made)
    return made


def test_the_page_shows_every_figure_once() -> None:
    shown = re.findall(r"^:file: ../dist/figures/(\w+)\.svg$", PAGE.read_text(), re.MULTILINE)
    assert shown == [draw.__name__ for draw in FIGURES]


@pytest.mark.parametrize("draw", FIGURES, ids=lambda draw: draw.__name__)
def test_a_figure_is_a_picture_with_a_title_and_marks(folder: Path, draw: type) -> None:
    picture = ElementTree.parse(folder / f"{draw.__name__}.svg").getroot()  # noqa: S314 - our own
    tags = [each.tag.rpartition("}")[2] for each in picture.iter()]
    assert picture.get("role") == "img"
    assert "title" in tags
    assert tags.count("circle") > len(("legend",))
    assert "nan" not in (folder / f"{draw.__name__}.svg").read_text()


def test_the_rows_of_the_story_have_the_calls_that_it_says() -> None:
    rows = analyzed_example()
    assert rows["row"].to_list() == [*range(1, rows.height + 1)]
    fragment = rows.row(84, named=True)
    assert (fragment["call"], fragment["parent_row"]) == ("fragment", 72)
    assert fragment["predicted_rt_min"] == pytest.approx(9.9, abs=0.05)
    early = rows.row(178, named=True)
    assert (early["name"], early["call"]) == ("GM3(36:1;O2)", "outlier")
