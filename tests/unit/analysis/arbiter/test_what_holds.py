"""The table of what holds has each peak once and keeps all that both programs say."""

import polars as pl
import pytest

from app.analysis.arbiter.judgements import UNDECIDED, judge
from app.analysis.arbiter.listing import listing
from app.analysis.arbiter.matching import match
from app.analysis.arbiter.readings import HEADERS, PEAK, Titles, readings
from app.analysis.arbiter.what_holds import JUDGEMENT, what_holds
from app.analysis.pipeline import analyze
from app.analysis.settings import AnalysisSettings
from tests.perf.accuracy import read_table
from tests.perf.arbiter import annotations_of
from tests.simulator import Variation, simulate
from tests.simulator.two_programs import two_programs

TITLES = Titles("MS-DIAL", "MZmine")


@pytest.fixture(scope="module")
def tables() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The readings of two programs on a simulated run, and their judgements."""
    programs = two_programs(simulate(Variation(seed=3)), 3)
    one, other = (annotations_of(each) for each in (programs.first, programs.second))
    table = readings(match(one, other, 0.1, 10.0), TITLES)
    return table, judge(table, analyze(read_table(table), AnalysisSettings()).rows)


def test_each_peak_is_there_once_and_each_row_of_both_tables_is_kept(
    tables: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    table, judged = tables
    held = what_holds(table, judged, TITLES)

    assert held.height == judged.height
    for side in ("first", "second"):
        own = judged.filter(f"is_in_{side}")
        for of_held, of_judged in (("rows", "rows"), ("name", "name"), ("RT", "written_rt_min")):
            kept = held[f"{side} program: {of_held}"].drop_nulls().to_list()
            assert kept == own[f"{of_judged}_{side}"].to_list()


def test_the_right_label_is_taken(tables: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    held = what_holds(*tables, TITLES)

    for side in ("first", "second"):
        right = held.filter(
            (pl.col(JUDGEMENT) == side) & pl.col(f"{side} program: name").is_not_null()
        )
        assert right.height > 0
        assert right["Name"].to_list() == right[f"{side} program: name"].to_list()


def test_where_nothing_is_decided_no_label_is_taken_for_right(
    tables: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    table, judged = tables
    is_open = judged["kind"].is_in(["class", "ceramide", "O-acetyl"])
    judgement = pl.when(is_open).then(pl.lit(UNDECIDED)).otherwise("judgement")
    held = what_holds(table, judged.with_columns(judgement=judgement), TITLES)

    both = held.filter(is_open)["Name"]
    assert len(both) > 0
    assert both.str.starts_with("not decided between ").all()
    peaks = read_table(held.select(*HEADERS.values()))
    calls = analyze(peaks, AnalysisSettings()).rows["call"]
    assert set(calls.filter(is_open)) == {"invalid"}


def test_the_listing_names_the_programs_even_if_both_have_one_name(
    tables: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    _, judged = tables

    found = listing(judged, Titles("x", "x"))

    assert found.height == judged.height
    assert {"x (first): name", "x (second): name", "evidence"} <= set(found.columns)
    assert (found["evidence"] != "").all()


def test_the_listing_says_what_was_not_judged(tables: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    table, _ = tables
    name = pl.when(pl.col(PEAK) == 1).then(pl.lit("PC 34:1")).otherwise("Name")
    unread = table.with_columns(name.alias("Name"))
    judged = judge(unread, analyze(read_table(unread), AnalysisSettings()).rows)

    line = listing(judged, TITLES).row(by_predicate=pl.col("peak") == 1, named=True)

    assert (line["judgement"], line["likeliest"], line["probability"]) == ("not judged", None, None)
