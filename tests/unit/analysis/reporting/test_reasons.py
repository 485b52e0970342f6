"""Reasons are written when rows are read, in the same words for every way to read them."""

from pathlib import Path
from typing import Literal

import polars as pl
import pytest

from app.analysis.overrides.apply import with_calls
from app.analysis.overrides.override import Override
from app.analysis.pipeline import analyze
from app.analysis.reporting import reason_sentences
from app.analysis.reporting.fingerprint import fingerprint
from app.analysis.reporting.reason_sentences import SENTENCES
from app.analysis.reporting.reasons import as_stored, read_reasons, with_words
from app.analysis.reporting.result import ROW_SCHEMA, STORED_SCHEMA, Analysis, as_read
from tests.analyses import standards_in, targets_in
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, simulated

ALTERNATIVES, PROBLEM = "GM3(34:1;O2)|GD3(36:1;O2)", "It has no volume."
NUMBERED = (
    *("NEAR_BLANK", "TORN", "AS_PREDICTED", "BOTH", "BOTH_UNPICKED", "OFF_ANCHOR", "FROM_PARENT"),
    *("FROM_UNPICKED", "OF_PARENT", "OF_UNPICKED", "OF_ANOTHER_MASS", "SURPASSED"),
    *("UNCONVINCING", "OUT_OF_PLACE", "OUT_OF_PLACE_WITH_PARENT", "ANOTHER_ION"),
    *("BOTH_NAMED", "FROM_NAMED", "NO_LAW", "IN_DOUBT"),
    *("OF_PARENT_WITHOUT_AREA", "NEAR_BLANK_WITHOUT_AREA", "NAME_MOVED"),
    *("BONDS_IN_DOUBT", "MAY_BE_FRAGMENT", "CERAMIDE_IN_DOUBT"),
)
AMONG = " Its cell also names GM3(34:1;O2), GD3(36:1;O2), which was not judged."


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    """Of rows 1 and 2 the cell has other names, and rows 2 and 3 cannot be used."""
    table = simulated(Variation(seed=4, missing_parents=0.2, wrong_anchors=3)).with_columns(
        alternatives=pl.when(pl.col("row") <= 2).then(pl.lit(ALTERNATIVES)),
        problem=pl.when(pl.col("row").is_in([2, 3])).then(pl.lit(PROBLEM)),
    )
    return analyze(table, SETTINGS)


@pytest.fixture(scope="module")
def path(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("result") / "rows.parquet"
    analysis.stored.write_parquet(path, row_group_size=50)
    return path


def test_a_run_writes_no_sentence(analysis: Analysis) -> None:
    assert analysis.stored.schema == pl.Schema(STORED_SCHEMA)
    written = analysis.stored.drop_nulls("reason")
    assert dict(written.select("row", "reason").iter_rows()) == {2: PROBLEM + AMONG, 3: PROBLEM}
    assert analysis.stored.filter(pl.col("reason_case").is_null())["row"].to_list() == [2, 3]
    assert analysis.stored["reason_case"].n_unique() > 5


def test_what_is_saved_beside_the_rows_needs_no_sentence() -> None:
    analysis = analyze(simulated(Variation(seed=4)), SETTINGS)
    assert targets_in(analysis).height + standards_in(analysis).height > 0
    assert "rows" not in vars(analysis)


def test_every_row_has_a_reason_once_it_is_read(analysis: Analysis) -> None:
    reasons = analysis.rows["reason"].to_list()
    assert analysis.rows.schema == pl.Schema(ROW_SCHEMA)
    assert reasons[0].endswith(AMONG)
    assert reasons[0] != AMONG
    assert reasons[1:3] == [PROBLEM + AMONG, PROBLEM]
    assert not [reason for reason in reasons if "{" in reason or "None" in reason]


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_file_says_the_same_whole_and_in_parts(
    analysis: Analysis, path: Path, engine: Literal["in-memory", "streaming"]
) -> None:
    read = as_read(pl.scan_parquet(path))
    assert read.collect(engine=engine).equals(analysis.rows)
    has_word = pl.col("reason").str.contains("elutes")
    assert read.filter(has_word).collect(engine=engine).equals(analysis.rows.filter(has_word))
    assert read.select("row").collect(engine=engine).equals(analysis.rows.select("row"))
    assert read.filter(pl.col("row") > analysis.rows.height).collect(engine=engine).is_empty()


def test_sentences_are_made_for_the_rows_that_are_asked_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def counted(rows: pl.DataFrame) -> pl.Series:
        written.append(rows.height)
        return rows["reason"]

    monkeypatch.setattr("app.analysis.reporting.reasons._reasons", counted)
    rows = as_read(pl.scan_parquet(path))
    rows.filter(pl.col("row").is_in([7, 90])).select("reason").collect()
    assert sum(written) == 2
    rows.filter(pl.col("call") == "true").select("row", "call").sort("call").collect()
    assert sum(written) == 2


def test_threads_give_what_one_thread_gives(
    analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.analysis.reporting.reasons.ROWS_OF_THREADS", 0)
    assert read_reasons(analysis.stored).equals(analysis.rows)


def test_rows_of_an_earlier_version_are_read_as_they_are(
    analysis: Analysis, tmp_path: Path
) -> None:
    analysis.rows.drop("alternative_species").write_parquet(tmp_path / "rows.parquet")
    read = as_read(pl.scan_parquet(tmp_path / "rows.parquet")).collect()
    assert read["reason"].equals(analysis.rows["reason"])
    assert {*read.columns} == {*ROW_SCHEMA}
    assert read_reasons(analysis.rows).equals(analysis.rows)


def test_nothing_follows_the_reason_of_a_person(analysis: Analysis) -> None:
    changed = with_calls(analysis.stored, [Override(row=1, call="invalid", reason="carry-over")])
    assert read_reasons(changed)["reason"].head(2).to_list() == ["carry-over", PROBLEM + AMONG]
    assert changed["other_names"][0] is not None


def test_words_beside_the_facts_leave_the_fingerprint(analysis: Analysis, path: Path) -> None:
    both = with_words(pl.scan_parquet(path)).collect()
    assert both["reason"].equals(analysis.rows["reason"])
    assert both.columns == analysis.stored.columns
    assert fingerprint(as_stored(both)) == fingerprint(analysis.stored)
    assert as_stored(analysis.rows).equals(analysis.rows)


def test_a_stored_number_keeps_its_sentence() -> None:
    """Results have the numbers: a sentence may be worded better, but never change its place."""
    assert [getattr(reason_sentences, name) for name in NUMBERED] == list(SENTENCES)
