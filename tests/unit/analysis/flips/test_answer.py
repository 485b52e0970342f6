"""What would change the call of a row: each change that is said gives that call in an analysis."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from msgspec.structs import replace

from app.analysis.example.example_table import example_table
from app.analysis.flips import search
from app.analysis.flips.answer import answer
from app.analysis.flips.change import Change
from app.analysis.flips.fitted_table import FittedTable
from app.analysis.flips.said import RowFlip
from app.analysis.flips.variants import calls_by_law
from app.analysis.overrides.override import Override
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from tests.simulator import Variation
from tests.unit.analysis.tables import SETTINGS, peaks, simulated


@lru_cache
def example() -> FittedTable:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "example.csv"
        example_table().write_csv(path)
        return FittedTable.of(read_peak_table(path), SETTINGS)


def call_after(table: pl.DataFrame, flip: RowFlip, row: int) -> str:
    """The call of a row in an analysis of a table with the change of a flip."""
    is_changed = table["row"] == flip.changed_row
    if flip.kind == "without":
        kept = table.filter(~is_changed)
        place = kept["row"].to_list().index(row)
        number = pl.int_range(1, kept.height + 1).cast(table.schema["row"])
        return str(analyze(kept.with_columns(row=number), SETTINGS).stored["call"][place])
    column = {"time": "rt_min", "area": "peak_area", "anchor": "anchor"}[flip.kind]
    value = bool(flip.after) if flip.kind == "anchor" else flip.after
    cell = pl.when(is_changed).then(pl.lit(value)).otherwise(column)
    return str(analyze(table.with_columns(cell.alias(column)), SETTINGS).stored["call"][row - 1])


def rows_called(table: FittedTable, call: str) -> list[int]:
    called = table.calls.filter((pl.col("call") == call) & pl.col("is_judged"))
    return [int(row) for row in called["row"]]


@pytest.mark.parametrize("call", ["true", "fragment", "outlier"])
def test_what_is_said_to_flip_a_row_flips_it(call: str) -> None:
    table = example()
    for row in rows_called(table, call)[1:40:13]:
        found = answer(table, row)
        assert found.call == call
        assert found.flips
        for flip in found.flips:
            assert flip.is_tried
            assert call_after(table.peaks, flip, row) == flip.call != call


def test_a_smaller_change_of_the_time_keeps_the_call() -> None:
    table = example()
    for row in rows_called(table, "true")[:40:13]:
        flip = next(each for each in answer(table, row).flips if each.kind == "time")
        assert flip.before is not None
        assert flip.after is not None
        half = Change(kind="time", row=row, value=(flip.before + flip.after) / 2)
        assert table.call_after(half, row) == "true"


def test_some_fragment_depends_on_a_row_that_may_be_its_parent() -> None:
    table = example()
    found = (
        (row, flip)
        for row in rows_called(table, "fragment")
        for flip in answer(table, row).flips
        if flip.kind == "without"
    )
    row, flip = next(found)
    assert flip.sentence.startswith(f"Without row {flip.changed_row}, this row would ")
    assert call_after(table.peaks, flip, row) == flip.call


def test_the_law_without_a_change_has_the_calls_of_the_analysis() -> None:
    """In a cohort too, where the sample of the row is judged without the others."""
    table = FittedTable.of(simulated(Variation(samples=3, seed=4)), SETTINGS)
    arrays = table.state.arrays
    rows = arrays.row[:: len(arrays.row) // 40].tolist()
    found = []
    for row in rows:
        sample = np.flatnonzero(arrays.sample == arrays.sample[arrays.row == row])
        same = Change(kind="anchor", row=row, value=float(arrays.anchor[arrays.row == row][0]))
        found += calls_by_law(table.state, sample, [same, same], row)
    assert found == [table.call_of(row) for row in rows for _ in range(2)]


def test_a_call_by_hand_depends_on_the_hand_alone() -> None:
    table = example()
    row = rows_called(table, "true")[0]
    hand = (Override(row=row, reason="it is broad", call="ambiguous"),)
    found = answer(table, row, hand)
    assert found.call == "ambiguous"
    assert [each.kind for each in found.flips] == ["override"]
    assert found.flips[0].call == "true"
    same = answer(table, row, (Override(row=row, reason="I agree", call="true"),))
    assert same.flips == []
    assert "the rules agree" in same.sentence


def test_another_ion_refers_to_its_main_ion() -> None:
    first = example_table().head(60).select("Name", "RT", "Volume").rows()
    name, rt, area = first[0]
    rows = [*first, (name, rt + 0.001, area // 4)]
    adducts = ["[M-H]-"] * len(first) + ["[M-2H]2-"]
    table = peaks([row[:2] for row in rows], peak_area=[row[2] for row in rows], adduct=adducts)
    found = answer(FittedTable.of(table, SETTINGS), len(rows))
    assert found.main_row == 1
    assert found.flips == []
    assert "another ion of the species of row 1" in found.sentence


def test_a_row_that_is_not_judged_has_no_changes() -> None:
    rows = [("Unknown", 9.0), *((row[0], row[1]) for row in example_table().head(40).rows())]
    found = answer(FittedTable.of(peaks(rows), SETTINGS), 1)
    assert (found.call, found.flips, found.runs) == ("invalid", [], 0)


def test_a_row_that_nothing_flips_says_what_was_tried() -> None:
    """Of two peaks of two classes nobody can say where the label of the first should elute."""
    two = peaks([("GM1(36:1;O2)", 10.1), ("GM3(36:1;O2)", 10.6)])
    found = answer(FittedTable.of(two, SETTINGS), 1)
    assert found.flips == []
    assert found.sentence.startswith("No change of this row was found")
    assert f"judged {found.judged} change" in found.sentence


def test_a_large_table_is_judged_by_the_law_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_ROWS_TO_RUN", 100)
    table = example()
    found = answer(table, rows_called(table, "true")[0])
    assert found.runs == 0
    assert found.flips
    assert not any(flip.is_tried for flip in found.flips)
    assert found.sentence.endswith("the table is too large to try it in a run.")


def test_a_short_gradient_gets_times_with_more_decimals() -> None:
    """The same table in a twentieth of the time has the same change, in a twentieth."""
    table, factor = example(), 0.05
    shorter = table.peaks.with_columns(pl.col("rt_min") * factor)
    settings = replace(SETTINGS, rt_tolerance_min=factor * SETTINGS.rt_tolerance_min)
    row = rows_called(table, "true")[0]
    usual = answer(table, row).flips[0]
    small = answer(FittedTable.of(shorter, settings), row).flips[0]
    assert (small.kind, small.call) == (usual.kind, usual.call)
    assert usual.after is not None
    assert small.after is not None
    assert small.after / factor == pytest.approx(usual.after, abs=0.005)
    assert f"{small.after:.4f} min instead of" in small.sentence
