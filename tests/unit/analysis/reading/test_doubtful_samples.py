"""Rows without a sample and samples written in two ways are named."""

from pathlib import Path

import pytest

from tests.unit.analysis.reading.written_table import Table

ROWS = (("GM3 36:1", 10.6, 500), ("GD3 36:1", 10.1, 70), ("GD1a 36:1", 9.1, 400))


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path / "peaks.csv")


def long(*samples: str) -> str:
    lines = [f"{sample},{name},{rt},{area}" for sample in samples for name, rt, area in ROWS]
    return "\n".join(["Sample,Name,RT,Area", *lines])


def test_a_row_without_a_sample_beside_others_is_named(table: Table) -> None:
    table.read(long("WT", "KO").replace("WT,GM3", ",GM3"))
    assert any(note.startswith("1 row has no sample, and others have one.") for note in table.notes)


@pytest.mark.parametrize(("one", "other"), [("WT 1", "wt_1"), ("Brain1", "brain1"), ("a-1", "a 1")])
def test_samples_that_differ_by_no_letter_are_named(table: Table, one: str, other: str) -> None:
    peaks = table.read(long(one, other))
    assert peaks["sample"].n_unique() == 2
    assert any(f"The samples {one!r}, {other!r} differ by" in note for note in table.notes)


@pytest.mark.parametrize("samples", [("WT 1", "WT 2"), ("s1_1", "s11"), ("s1",), ("",)])
def test_other_samples_are_not_named(table: Table, samples: tuple[str, ...]) -> None:
    table.read(long(*samples))
    assert not any("sample" in note for note in table.notes)
