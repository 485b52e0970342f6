"""Rows of two programs are matched in spite of shifts, splits and misses, and none is lost."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from app.analysis.arbiter.errors import NotOneRunError
from app.analysis.arbiter.matching import match
from app.analysis.arbiter.readings import PEAK, READING, ROWS, Titles, readings
from tests.perf.arbiter import annotations_of
from tests.simulator import Variation, simulate
from tests.simulator.two_programs import two_programs

TITLES = Titles("one", "other")
NAMES = ["GM3(36:1;O2)", "GM3(38:1;O2)", "GM1(36:1;O2)", "GD1(36:1;O2)", "GT1(38:1;O2)"]
TIMES = [10.6, 12.1, 10.1, 9.1, 10.2]


def table(
    names: Sequence[str] = NAMES, times: Sequence[float | str] = TIMES, **more: Sequence[object]
) -> pl.DataFrame:
    areas = [1e5 * (number + 1) for number in range(len(names))]
    columns: dict[str, Sequence[object]] = {"Name": names, "RT": times, "Area": areas, **more}
    return annotations_of(pl.DataFrame(columns, strict=False))


def pairs(one: pl.DataFrame, other: pl.DataFrame) -> list[tuple[int | None, int | None]]:
    return match(one, other, 0.1, 10.0).peaks.select("row_one", "row_two").rows()


def test_a_shift_and_a_scale_of_times_are_found() -> None:
    programs = two_programs(simulate(Variation(seed=5)), 5)

    axis = match(annotations_of(programs.first), annotations_of(programs.second), 0.1, 10.0).axis

    # The second program's times are 1.006 times the first one's and later.
    assert axis.scale == pytest.approx(1 / 1.006, rel=1e-3)
    assert axis.sd_min < 0.015


@pytest.mark.parametrize("has_mz", [False, True], ids=["names", "m/z"])
def test_rows_of_one_peak_are_matched(has_mz: bool) -> None:
    programs = two_programs(simulate(Variation(seed=6)), 6, has_mz=has_mz)
    found = match(annotations_of(programs.first), annotations_of(programs.second), 0.1, 10.0)

    truth = programs.truth.drop_nulls(["row_first", "row_second"])
    known = dict(found.peaks.select("row_one", "row_two").drop_nulls("row_one").iter_rows())
    right = [
        known.get(one) == other for one, other in truth.select("row_first", "row_second").rows()
    ]

    assert np.mean(right) > 0.98


def test_each_row_of_both_tables_is_in_the_readings_once() -> None:
    programs = two_programs(simulate(Variation(seed=7)), 7)
    one, other = annotations_of(programs.first), annotations_of(programs.second)

    found = readings(match(one, other, 0.1, 10.0), TITLES)

    for number, annotations in ((1, one), (2, other)):
        own = found.filter((pl.col(READING) == number) & (pl.col(ROWS) != ""))
        rows = sorted(int(row) for text in own[ROWS] for row in text.split("+"))
        assert rows == annotations["row"].to_list()
    assert found.group_by(PEAK).len()["len"].unique().to_list() == [2]


def test_a_peak_that_one_program_splits_is_one_peak() -> None:
    one = table()
    names, times = [*NAMES, NAMES[1]], [*TIMES, TIMES[1] + 0.02]
    other = table(names, times, Area=[1e5, 1.3e5, 3e5, 4e5, 5e5, 0.7e5])

    peaks = match(one, other, 0.1, 10.0).peaks

    assert peaks.height == len(NAMES)
    assert peaks.filter(pl.col("row_one") == 2)["parts_two"].to_list() == [[6]]


def test_a_second_peak_of_a_name_that_completes_no_area_stays_a_peak() -> None:
    other = table([*NAMES, NAMES[1]], [*TIMES, TIMES[1] + 0.02])

    assert (None, 6) in pairs(table(), other)


def test_other_names_of_one_time_and_area_are_one_peak() -> None:
    other = table(["GM3(36:2;O2)", *NAMES[1:]])

    assert (1, 1) in pairs(table(), other)


def test_another_mass_at_the_same_time_is_another_peak() -> None:
    mz = [1179.7, 1207.8, 1544.8, 917.5, 1077.0]
    adducts = ["[M-H]-"] * 3 + ["[M-2H]2-"] * 2
    other_mz = [1151.7, *mz[1:]]
    one = table(Adduct=adducts, precursor_mz=mz)
    other = table(["GM3(34:1;O2)", *NAMES[1:]], Adduct=adducts, precursor_mz=other_mz)

    found = pairs(one, other)

    assert (1, None) in found
    assert (None, 1) in found


def test_rows_without_a_time_are_kept() -> None:
    names, times = [*NAMES, "GM2(36:1;O2)"], [*map(str, TIMES), "n/a"]

    assert (None, 6) in pairs(table(), table(names, times))


def test_tables_of_two_runs_are_refused() -> None:
    one, other = (
        simulate(Variation(seed=seed, slope_min=slope)) for seed, slope in ((1, 0.4), (2, 1.0))
    )

    with pytest.raises(NotOneRunError, match="differ by more than a shift and a scale"):
        pairs(annotations_of(one.table), annotations_of(other.table))


def test_tables_with_few_common_species_are_refused() -> None:
    other = table(["GM2(34:1;O2)", "GM2(35:1;O2)", "GM2(36:1;O2)", NAMES[3], NAMES[4]])

    with pytest.raises(NotOneRunError, match="2 peaks of the same species in common"):
        pairs(table(), other)


def test_samples_are_matched_by_their_names_without_endings() -> None:
    one = table(NAMES * 2, TIMES * 2, Sample=["S1"] * 5 + ["S2"] * 5)
    other = table(NAMES * 2, TIMES * 2, Sample=["s2.mzML"] * 5 + ["S1.raw Peak area"] * 5)

    assert (1, 6) in pairs(one, other)


def test_samples_of_one_table_that_would_be_taken_for_one_are_refused() -> None:
    one = table(NAMES * 2, TIMES * 2, Sample=["a.raw"] * 5 + ["A.mzML"] * 5)
    other = table(NAMES * 2, TIMES * 2, Sample=["a.raw"] * 5 + ["b"] * 5)

    for first, second in ((one, other), (other, one)):
        with pytest.raises(NotOneRunError, match=r"'A.mzML' and 'a.raw' of one table"):
            pairs(first, second)


def test_a_sample_that_one_table_lacks_is_named() -> None:
    one = table(NAMES * 2, TIMES * 2, Sample=["S1"] * 5 + ["S2"] * 5)
    other = table(NAMES * 2, TIMES * 2, Sample=["S1"] * 5 + ["S3"] * 5)

    with pytest.raises(NotOneRunError, match="S3, S2 are in one of them alone"):
        pairs(one, other)


def test_several_parts_of_a_peak_are_one_peak() -> None:
    names, times = [*NAMES, NAMES[1], NAMES[1]], [*TIMES, TIMES[1] + 0.02, TIMES[1] - 0.02]
    other = table(names, times, Area=[1e5, 1.0e5, 3e5, 4e5, 5e5, 0.6e5, 0.4e5])

    peaks = match(table(), other, 0.1, 10.0).peaks

    assert peaks.height == len(NAMES)
    assert peaks.filter(pl.col("row_one") == 2)["parts_two"].to_list() == [[6, 7]]


def test_parts_whose_sum_is_more_than_the_peak_are_not_all_taken() -> None:
    names, times = [*NAMES, NAMES[1], NAMES[1]], [*TIMES, TIMES[1] + 0.02, TIMES[1] - 0.02]
    other = table(names, times, Area=[1e5, 1.6e5, 3e5, 4e5, 5e5, 0.4e5, 0.4e5])

    peaks = match(table(), other, 0.1, 10.0).peaks

    assert peaks.height == len(NAMES) + 1
    assert peaks.filter(pl.col("row_one") == 2)["parts_two"].list.len().to_list() == [1]


def test_a_row_of_another_ion_is_no_part() -> None:
    mz = [1179.7, 1207.8, 1544.8, 917.5, 1077.0]
    names, times = [*NAMES, NAMES[1]], [*TIMES, TIMES[1] + 0.02]
    areas = [1e5, 1.3e5, 3e5, 4e5, 5e5, 0.7e5]

    def rows(of_sixth: float) -> pl.DataFrame:
        other = table(names, times, precursor_mz=[*mz, of_sixth], Area=areas)
        return match(table(precursor_mz=mz), other, 0.1, 10.0).peaks

    assert rows(mz[1]).height == len(NAMES)
    assert rows(603.4).height == len(NAMES) + 1


def test_rows_without_a_species_do_not_have_one_name() -> None:
    """Two unknowns with areas that differ by ten are two peaks, whatever they are called."""
    names, times = [*NAMES, "Unknown"], [*TIMES, 11.0]
    one, other = (table(names, times, Area=[1e5, 2e5, 3e5, 4e5, 5e5, area]) for area in (1e4, 1e6))

    assert {(6, None), (None, 6)} <= set(pairs(one, other))


def test_rows_without_a_species_are_no_parts_of_one_peak() -> None:
    one = table([*NAMES, "Unknown"], [*TIMES, 11.0])
    names, times = [*NAMES, "Unknown", "Unknown"], [*TIMES, 11.0, 11.02]
    other = table(names, times, Area=[1e5, 2e5, 3e5, 4e5, 5e5, 4e5, 2e5])

    assert (None, 7) in pairs(one, other)


def test_rows_at_one_time_are_refused_before_they_are_paired() -> None:
    names = [*NAMES, *["Unknown"] * 2000]
    one = table(names, [*TIMES, *[5.0] * 2000])

    with pytest.raises(NotOneRunError, match="Too many rows of the two tables elute at the same"):
        match(one, one, 0.1, 10.0)
