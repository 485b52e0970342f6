"""The filter of rows: each column by a choice, a text or a range, and what cannot be read."""

import polars as pl
import pytest

from app.analysis.reporting.false_discoveries import thresholds
from app.analysis.reporting.result import ROW_SCHEMA
from app.web.features.results.columns import COLUMNS, PROBABILITIES
from app.web.features.results.filters.form import FROM, RANGED, TO, filled_in
from app.web.features.results.filters.number_ranges import FilterError
from app.web.features.results.filters.row_filter import CONTAINS, EQUAL, RowFilter

ROWS = pl.DataFrame(
    [
        {"row": 1, "call": "true", "rule": 10, "confidence": 0.99, "rt_min": 7.5, "adduct": "M-H"},
        {"row": 2, "call": "true", "rule": 10, "confidence": 0.80, "rt_min": 8.5, "carbons": 36},
        {"row": 3, "call": "true", "rule": 0, "confidence": 0.10, "reason": "Seen in MS/MS"},
        {"row": 4, "call": "outlier", "rule": 10, "confidence": 0.97, "residual_min": -0.25},
    ],
    schema=ROW_SCHEMA,
).lazy()

# Row 4 is a certain fragment, row 2 is half likely another ion; row 3 was not judged.
NOTES = pl.LazyFrame(
    {
        "row": [1, 2, 3, 4],
        "p_true": [1.0, 0.496, None, 0.0],
        "p_fragment": [0.0, 0.1, None, 1.0],
        "p_virtual": [0.0, 0.396, None, 0.0],
        "p_other": [0.0, 0.008, None, 0.0],
    },
    schema_overrides={"row": pl.UInt32},
)


def _matching(which: RowFilter) -> list[int]:
    return which.apply(ROWS, lambda: NOTES).collect()["row"].to_list()


def test_every_column_has_a_field() -> None:
    fields = {*EQUAL, *CONTAINS.values(), *RANGED, "rule", "anchor", "call"}
    assert {*COLUMNS, "row", "name", "anchor"} - {PROBABILITIES} <= fields


@pytest.mark.parametrize(
    ("which", "rows"),
    [
        (RowFilter(rule="0"), [3]),
        (RowFilter(rule="10", call="true"), [1, 2]),
        (RowFilter(call="outlier,true", ranges="confidence:0.9:"), [1, 4]),
        (RowFilter(ranges="ion_percent:50:"), [2, 4]),
        (RowFilter(ranges="label_percent:50:99,neither_percent:1:1"), [2]),
        (RowFilter(ranges="label_percent::100", call="true"), [1, 2]),
        (RowFilter(adduct="M-H"), [1]),
        (RowFilter(reason="ms/ms"), [3]),
        (RowFilter(ranges="rt_min:7.5:8"), [1]),
        (RowFilter(ranges="rt_min:8:,carbons:36:36"), [2]),
        (RowFilter(ranges="rt_min::9", within="row:2:2"), [2]),
        (RowFilter(ranges="residual_min:-0.3:0"), [4]),
        (RowFilter(threshold="0.9"), [1, 3]),
        (RowFilter(threshold="0"), [1, 2, 3]),
        (RowFilter(), [1, 2, 3, 4]),
    ],
)
def test_rows_match(which: RowFilter, rows: list[int]) -> None:
    assert _matching(which) == rows


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("ranges", "name:1:2", "name is not a column of numbers; use one of row, rt_min"),
        ("ranges", "rt_min:1", "The range rt_min:1 cannot be read"),
        ("ranges", "rt_min:1:2:3", "The range rt_min:1:2:3 cannot be read"),
        ("ranges", "rt_min:nan:", "The range rt_min:nan: cannot be read"),
        ("within", "rt_min:1_0:", "The range rt_min:1_0: cannot be read"),
        ("rule", "ten", "ten is not the number of a rule"),
        ("threshold", "95", "95 is not between 0 and 1"),
        ("threshold", "0,95", "0,95 has a comma. Write 0.95 with a point"),
    ],
)
def test_what_cannot_be_read_is_said(field: str, text: str, sentence: str) -> None:
    with pytest.raises(FilterError, match=sentence.replace(".", r"\.")) as error:
        RowFilter(**{field: text})
    assert error.value.field == field


def test_fields_of_the_form_become_ranges() -> None:
    form = filled_in({"rt_min_from": " 7.5 ", "peak_area_to": "1e6", "ranges": "rt_min::9,row:2:4"})
    assert form.errors == {}
    assert {str(each) for each in form.which.number_ranges()} == {
        "rt_min:7.5:9",
        "peak_area::1000000",
        "row:2:4",
    }
    assert (form.typed["row_from"], form.typed["row_to"]) == ("2", "4")
    again = filled_in({"ranges": form.which.ranges})
    assert again.which == form.which


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("soon", "soon is not a number. Write digits with a point, as in 7.5."),
        ("7,588", "7,588 has a comma. Write 7.588 with a point, or thousands without a mark."),
        ("inf", "inf is not a number. Write digits with a point, as in 7.5."),
        ("1" * 5000, "1" * 5000 + " is not a number. Write digits with a point, as in 7.5."),
    ],
)
@pytest.mark.parametrize("end", [FROM, TO])
def test_a_wrong_number_is_said_at_its_field_and_the_rest_filters(
    typed: str, sentence: str, end: str
) -> None:
    form = filled_in({f"rt_min{end}": typed, "carbons_from": "\N{MINUS SIGN}36", "call": "maybe"})
    assert form.errors[f"rt_min{end}"] == sentence
    assert form.errors["call"].startswith("There is no call maybe")
    assert form.typed[f"rt_min{end}"] == typed
    assert form.which == RowFilter(ranges="carbons:-36:")


def test_a_range_that_ends_before_it_begins_is_said() -> None:
    form = filled_in({"rt_min_from": "9", "rt_min_to": "7"})
    assert form.errors == {"rt_min_to": "7 is below 9, where the range begins."}
    assert form.which == RowFilter()


def test_a_threshold_says_how_many_rows_stay_and_how_many_of_them_are_wrong() -> None:
    found = thresholds(ROWS, [0, 0.8, 0.81, 1], of_all=(0.01 + 0.2) / 2)
    assert [each.rows for each in found] == [3, 3, 2, 1]
    assert [each.false_discovery_rate for each in found] == [
        pytest.approx((0.01 + 0.2) / 2),
        pytest.approx((0.01 + 0.2) / 2),
        pytest.approx(0.01),
        None,
    ]
    scaled = thresholds(ROWS, [0, 0.9], of_all=0.21)
    assert [each.false_discovery_rate for each in scaled] == [
        pytest.approx(0.21),
        pytest.approx(0.02),
    ]
    none = thresholds(ROWS.filter(pl.col("call") == "outlier"), [0.5], of_all=None)
    assert none == [(0.5, 0, None)]


def test_where_too_few_rows_are_true_no_threshold_has_a_share_of_wrong_ones() -> None:
    found = thresholds(ROWS, [0, 0.81], of_all=None)
    assert found == [(0, 3, None), (0.81, 2, None)]
