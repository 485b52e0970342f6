"""Two runs are compared in one sentence, and runs of two tables species by species."""

import polars as pl
import pytest

from app.web.features.versions.changed_species import compare_species
from app.web.features.versions.summary_sentence import summary_sentence


@pytest.mark.parametrize(
    ("what", "compared", "changes", "sentence"),
    [
        ("row", 323, [], "None of 323 rows changed call."),
        ("row", 0, [], "There are no rows."),
        (
            "row",
            323,
            [("true", "outlier", 7), ("outlier", "true", 5)],
            "12 of 323 rows changed call: 7 from true to outlier, 5 from outlier to true.",
        ),
        (
            "row",
            9000,
            [("true", "outlier", 2000), ("a", "b", 4), ("a", "c", 3), ("a", "d", 2), ("a", "e", 1)],
            "2,010 of 9,000 rows changed call: 2,000 from true to outlier, 4 from a to b, "
            "3 from a to c, 2 from a to d, 1 in other ways.",
        ),
        (
            "species",
            3,
            [("true", "", 1), ("", "outlier", 1)],
            "2 of 3 species differ between the tables: 1 only before (true), "
            "1 only after (outlier).",
        ),
    ],
)
def test_a_comparison_has_a_summary(
    what: str, compared: int, changes: list[tuple[str, str, int]], sentence: str
) -> None:
    assert summary_sentence(what, compared, changes) == sentence


def _rows(*rows: tuple[str | None, str, float]) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=["species", "call", "rt_min"], orient="row")


def test_species_of_two_tables_differ_by_their_calls_and_not_by_their_number_of_peaks() -> None:
    before = _rows(("A", "true", 1), ("A", "true", 3), ("B", "true", 5), ("C", "true", 6))
    after = _rows(("A", "true", 9), ("B", "true", 5), ("B", "outlier", 7), (None, "invalid", 1))
    changed, compared = compare_species(before, after)
    assert compared == 3
    assert changed.rows() == [
        ("B", "true", "outlier, true", 1, 2, 5, 6),
        ("C", "true", "", 1, 0, 6, None),
    ]
