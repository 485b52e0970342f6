"""Columns of samples that are not called so: rows of one name are no rivals across them."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.example.example_table import example_table
from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.peak_table import read_peak_table

NAMES = ("GM3(36:1;O2)", "GD1(36:1;O2)", "GT1(36:1;O2)")


def read(path: Path, header: str, *values: str, **columns: str) -> pl.DataFrame:
    rows = [f"{value},{name},10.6,{n + 5}" for n, name in enumerate(NAMES) for value in values]
    path.write_text("\n".join([f"{header},Name,RT,Area", *rows]))
    return read_peak_table(path, choices=ReadingChoices(columns=columns))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "peaks.csv"


@pytest.mark.parametrize(
    ("header", "values", "samples"),
    [
        ("Mouse", ("m1", "m2"), ["m1", "m2"]),
        ("Run", ("1", "2"), ["1", "2"]),
        ("Injection no.", ("1", "2"), ["1", "2"]),
        ("Sample No.", ("7", "8"), ["7", "8"]),
        ("Brain region", ("cortex", "pons"), ["cortex", "pons"]),
        ("Source", ("a.raw", "b.raw"), ["a.raw", "b.raw"]),
        ("Full path", ("d:/a.mzML", "d:/b.mzML"), ["d:/a.mzML", "d:/b.mzML"]),
        ("Assay", ("1", "2"), ["1", "2"]),
        ("variable", ("s1", "s2"), ["s1", "s2"]),  # of a wide table that pandas or R made long
        ("Sample,Injection", ("a,1", "a,2"), ["a 1", "a 2"]),
        ("Group,Replicate", ("WT,1", "WT,2", "KO,1", "KO,2"), ["KO 1", "KO 2", "WT 1", "WT 2"]),
        ("Group,Animal", ("WT,1", "WT,2", "KO,3", "KO,4"), ["1", "2", "3", "4"]),
        # These tell no samples apart, or the column of samples does so already.
        ("Sample,Run", ("a,1", "b,2"), ["a", "b"]),
        ("Sample weight", ("1", "2"), [""]),
        ("Isomer", ("1", "2"), [""]),
        ("Mouse", ("m1",), [""]),
    ],
)
def test_columns_that_tell_rows_of_one_name_apart_are_samples(
    path: Path, header: str, values: tuple[str, ...], samples: list[str]
) -> None:
    peaks = read(path, header, *values)
    assert peaks["sample"].unique().sort().to_list() == samples
    assert peaks.height == len(values) * len(NAMES)


def test_a_table_of_one_sample_with_two_peaks_of_a_name_stays_one(path: Path) -> None:
    path.write_text(
        "Name,Run,RT,Area\nGD1 36:1,1,9,5\nGD1 36:1,2,9.5,6\nGM3 36:1,1,10,7\nGM3 38:1,1,12,8"
    )
    assert read_peak_table(path)["sample"].unique().to_list() == [""]


def test_a_person_can_say_that_there_are_no_samples(path: Path) -> None:
    assert read(path, "Mouse", "m1", "m2", sample="")["sample"].unique().to_list() == [""]


def test_samples_of_a_parquet_file_are_found_too(tmp_path: Path) -> None:
    names = [name for name in NAMES for _ in range(2)]
    columns = {
        "Name": names,
        "Mouse": [1, 2] * 3,
        "RT": [10.6] * 6,
        "Area": [5.0 + n for n in range(6)],
    }
    pl.DataFrame(columns).write_parquet(tmp_path / "peaks.parquet")
    peaks = read_peak_table(tmp_path / "peaks.parquet")
    assert peaks["sample"].unique().sort().to_list() == ["1", "2"]


MICE = ["m1", "m2", "m3"]
ROW = pl.int_range(pl.len())
IS_EARLY = pl.when(pl.col("RT") < 10).then(pl.lit("early")).otherwise(pl.lit("late"))
NUMBER = ROW.over("Name", "Mouse")


def of_three_mice() -> pl.DataFrame:
    """The example once for each mouse, a little later each time; it has isomers and strays."""
    return pl.concat(
        example_table().with_columns(RT=pl.col("RT") + 0.05 * place, Mouse=pl.lit(mouse))
        for place, mouse in enumerate(MICE)
    )


def samples_and_notes(table: pl.DataFrame, path: Path) -> tuple[list[str], str]:
    table.write_csv(path)
    notes: list[str] = []
    peaks = read_peak_table(path, on_note=notes.append)
    about = [note for note in notes if "as the samples" in note or "do not decide" in note]
    return peaks["sample"].unique().sort().to_list(), " ".join(about)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Mouse no.", pl.col("Mouse")),
        ("Line", 1 + ROW),
        ("Run", ROW),
        ("Case", pl.format("c{}", ROW)),
        ("Cell", ROW),
        ("Well", ROW % 12),
        ("Injection", ROW % 2),
        ("Batch", ROW // 400),
        ("Group", IS_EARLY),
        ("Fraction", pl.col("RT").floor().cast(pl.Int64)),
        ("Fraction", pl.col("Name").str.head(2)),
        ("Replicate", NUMBER),
    ],
)
@pytest.mark.parametrize("is_named", [True, False])
def test_mice_are_the_samples_whatever_else_splits_the_rows(
    path: Path, header: str, cells: pl.Expr, *, is_named: bool
) -> None:
    """``Mouse`` is implied, or the other column is beside one that is called ``Sample``."""
    table = of_three_mice().with_columns(cells.alias(header)).select(header, pl.exclude(header))
    if is_named:
        table = table.rename({"Mouse": "Sample"})
    found, note = samples_and_notes(table, path)
    assert found == MICE
    assert ("read as the samples" in note) != is_named
    assert "do not decide" not in note


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Line", 1 + ROW),
        ("Run", ROW),
        ("Well", ROW % 12),
        ("Injection", ROW % 2),
        ("Group", IS_EARLY),
        ("Fraction", pl.col("RT").floor().cast(pl.Int64)),
        ("Replicate", ROW.over("Name")),
    ],
)
def test_what_splits_the_rows_of_one_sample_is_no_column_of_samples(
    path: Path, header: str, cells: pl.Expr
) -> None:
    assert samples_and_notes(example_table().with_columns(cells.alias(header)), path) == ([""], "")


def test_the_finest_split_into_samples_is_taken(path: Path) -> None:
    days = [of_three_mice().with_columns(Day=pl.lit(day), Line=ROW) for day in (1, 8)]
    found, note = samples_and_notes(pl.concat(days), path)
    assert found == [f"{mouse} {day}" for mouse in MICE for day in (1, 8)]
    assert "'Mouse', 'Day'" in note


def undecided() -> dict[str, tuple[pl.DataFrame, str]]:
    """Tables whose cells do not decide, and the columns that could hold their samples."""
    once = example_table().unique("Name", maintain_order=True)
    late = once.with_columns(RT=pl.col("RT") + 0.44, Group=pl.lit("late"))
    halves = [(pl.lit("a"), ROW % 2), (pl.lit("b"), 1 - ROW % 2)]
    rivals = pl.concat(once.with_columns(Mouse=mouse, Run=run) for mouse, run in halves)
    genotype = pl.when(pl.col("Mouse") == "m1").then(pl.lit("WT")).otherwise(pl.lit("KO"))
    mice = pl.concat([of_three_mice(), of_three_mice()])
    return {
        "isomers": (pl.concat([once.with_columns(Group=pl.lit("early")), late]), "'Group'"),
        "rivals": (rivals, "'Mouse', 'Run'"),
        "groups": (mice.with_columns(Genotype=genotype).drop("Mouse"), "'Genotype'"),
    }


@pytest.mark.parametrize("kind", ["isomers", "rivals", "groups"])
def test_a_note_says_where_cells_do_not_decide_and_a_person_does(path: Path, kind: str) -> None:
    table, columns = undecided()[kind]
    found, note = samples_and_notes(table, path)
    assert found == [""]
    assert f"do not decide whether the values of {columns} are samples" in note
    chosen = columns.split(", ")[0].strip("'")
    peaks = read_peak_table(path, choices=ReadingChoices(columns={"sample": chosen}))
    assert peaks["sample"].n_unique() == 2


@pytest.mark.parametrize("name", ["len", "count", "parts", "literal"])
def test_any_header_can_be_that_of_the_names(path: Path, name: str) -> None:
    of_three_mice().rename({"Name": name}).write_csv(path)
    peaks = read_peak_table(path, choices=ReadingChoices(columns={"name": name}))
    assert peaks["sample"].unique().sort().to_list() == MICE
