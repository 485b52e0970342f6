"""One row more or less turns no sure call into its opposite."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.analysis.evidence.explaining.rival_lines import probability_of_rival
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from tests.unit.analysis.tables import SETTINGS

# Rows on which the line of their own or a lighter class hangs: of GM2 (also of its possible
# parents), of the early GQ1 and its O-acetylated form, and of the late GT1+HexNAc. And those that
# tell the effect of a third hydroxyl group.
DECISIVE = (110, 128, 136, 154, 165, 208, 234, 292)
OF_HYDROXYLS = (251, 267)
# The peaks of GM2 lie on two lines: two peaks on one, five on that of its GM1 fragments.
OF_GM2, GM1_ROW, GM2_ROW = "GM2", 110, 164
SURE = 0.95
# Relative errors of a stored time, and what they may change of a probability.
ROUNDINGS, LEAST_CHANGE = (1e-12, -1e-12, 1e-11), 1e-6
EXPLANATIONS = ("p_true", "p_fragment", "p_virtual", "p_ion", "p_unpicked_ion", "p_other")


def without(table: pl.DataFrame, row: int) -> pl.DataFrame:
    """The called rows of a table that lacks a row, with the numbers of the whole table."""
    others = table.filter(pl.col("row") != row)
    numbered = others.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))
    return analyze(numbered, SETTINGS).rows.with_columns(row=others["row"])


def test_no_sure_label_is_sure_to_be_wrong_without_a_row(porcine_brain: Path) -> None:
    table = read_peak_table(porcine_brain)
    before = analyze(table, SETTINGS).rows.select("row", before="confidence")
    cut = [
        without(table, row).with_columns(without=pl.lit(row)) for row in (*DECISIVE, *OF_HYDROXYLS)
    ]
    both = pl.concat(cut).join(before, on="row")

    turned = both.filter((pl.col("confidence") - pl.col("before")).abs() > SURE)

    assert turned.select("without", "row", "name", "before", "confidence").rows() == []


def test_the_rounding_of_times_changes_no_probability(porcine_brain: Path) -> None:
    table = read_peak_table(porcine_brain)
    before = analyze(table, SETTINGS).notes

    for error in ROUNDINGS:
        after = analyze(table.with_columns(pl.col("rt_min") * (1 + error)), SETTINGS).notes
        changed = [float((after[name] - before[name]).abs().max()) for name in EXPLANATIONS]  # type: ignore[arg-type]
        assert max(changed) < LEAST_CHANGE, (error, changed)


def test_two_positions_of_a_line_make_its_labels_ambiguous(porcine_brain: Path) -> None:
    rows = without(read_peak_table(porcine_brain), GM1_ROW)

    [gm2] = rows.filter(row=GM2_ROW).rows(named=True)
    torn = rows.filter(pl.col("name").str.starts_with(OF_GM2), pl.col("call") == "ambiguous")

    assert gm2["call"] == "ambiguous"
    assert gm2["confidence"] < 2 / 3
    assert gm2["reason"].startswith(
        "Two retention lines of GM2 fit its peaks almost equally well: by one of them "
        "this peak elutes 0.0"
    )
    assert torn.height >= 4


def test_a_rival_is_the_likelier_the_fewer_peaks_speak_against_it() -> None:
    def probability(peaks: int, each: float = 4.0) -> float:
        return probability_of_rival(np.full(peaks, each), np.ones(peaks), 0.0)

    assert probability(0) == 0.5
    assert 0.5 > probability(1) > probability(2) > probability(10) > 0


def test_one_peak_that_decides_alone_decides_less_than_many() -> None:
    many = probability_of_rival(np.full(8, 1.0), np.ones(8), 0.0)
    one = probability_of_rival(np.append(8.0, np.zeros(7)), np.ones(8), 0.0)

    assert one > 2 * many


def test_copies_of_a_peak_in_several_samples_count_once() -> None:
    each = np.array([3.0, -1.0, 2.0])

    copied = probability_of_rival(np.tile(each, 5), np.full(15, 1 / 5), 0.5)

    assert copied == pytest.approx(probability_of_rival(each, np.ones(3), 0.5))
