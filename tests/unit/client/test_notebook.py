"""What a notebook shows of a job holds no markup of others, and stays valid without rows."""

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from sialoscope_client import Job, Plot
from sialoscope_client.notebook.progress_bar import Progress

EVIL = "<script>alert(1)</script>.csv"
SCHEMA = {"rt_min": pl.Float64, "residual_min": pl.Float64, "call": pl.String}


def job(**other: Any) -> Job:  # noqa: ANN401
    usual = {
        "id": "4f",
        "status": "succeeded",
        "step": "complete",
        "percentage": 100,
        "error": None,
    }
    usual |= {"message": "Done.", "file_name": EVIL, "settings": {}, "finished_at": None}
    return Job(**{**usual, "created_at": datetime.now(UTC), **other})


def test_names_and_messages_are_texts() -> None:
    shown = job(message=EVIL, summary={"rows": 2, "counts": {"true": 1200}})._repr_html_()
    assert "<script" not in shown + Progress(EVIL, 3, EVIL)._repr_html_()
    assert '<th scope="row">true</th><td>1,200</td>' in shown
    assert "<td>No peaks.</td>" in job(status="failed", error="No peaks.")._repr_html_()
    assert repr(Progress("a.csv", 7, "Reading")) == "  7 %  a.csv  Reading"


@pytest.mark.parametrize(
    ("rows", "marks"),
    [
        ([], 0),
        ([(10.0, 0.1, "true")], 2),
        ([(10.0, 0.1, "true"), (11.0, -0.1, "outlier"), (12.0, None, "invalid")], 4),
    ],
)
def test_a_plot_has_a_mark_for_each_row_with_a_residual(rows: list[Any], marks: int) -> None:
    plot = Plot(EVIL, pl.DataFrame(rows, schema=SCHEMA, orient="row"))
    drawn = ElementTree.fromstring(plot._repr_svg_())  # noqa: S314
    assert len(drawn.findall("{http://www.w3.org/2000/svg}circle")) == marks
    assert drawn.findtext("{http://www.w3.org/2000/svg}title") == EVIL
