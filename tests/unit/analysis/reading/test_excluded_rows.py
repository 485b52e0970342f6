"""Rows that a table marks as excluded stay, as invalid ones, or it is asked."""

from pathlib import Path

import polars as pl
import pytest

from app.analysis.reading.decisions import (
    AS_FOUND,
    Decision,
    Findings,
    ReadingChoices,
    UndecidedError,
)
from app.analysis.reading.open_questions import open_questions
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.preview import preview
from app.analysis.reading.table_file import open_table

PEAKS = (("GM3 36:1;O2", 10.6, 500_000), ("GM2 36:1;O2", 10.4, 40_000), ("GM1 36:1;O2", 10.1, 3000))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "peaks.csv"


def write(path: Path, header: str, *marks: str) -> Path:
    rows = [f"{name},{rt},{area}" for name, rt, area in PEAKS]
    lines = [f"{row},{mark}" for row, mark in zip(rows, marks, strict=True)]
    path.write_text("\n".join([f"Name,RT,Area,{header}", *lines]) + "\n")
    return path


def excluded(peaks: pl.DataFrame) -> list[int]:
    return peaks.filter(pl.col("problem").is_not_null())["row"].to_list()


@pytest.mark.parametrize(
    ("header", "marks"),
    [
        *(("Use", ("yes", "no", "yes")), ("Use for analysis?", ("Y", "N", "Y"))),
        *(("Keep", ("1", "0", "1")), ("Include", ("", "no", "")), ("Accepted", ("T", "F", "T"))),
        *(("Rej", ("FALSE", "TRUE", "FALSE")), ("Rej.", ("0", "1", "0"))),
        *(
            ("Excluded", ("", "x", "")),
            ("To delete", ("", "\u2713", "")),
            ("Keep", ("keep", "exclude", "keep")),
        ),
        *(("Status", ("ok", "excluded", "ok")), ("Comment", ("", "Delete", "shoulder"))),
        *(("Verwenden", ("ja", "nein", "ja")), ("Excluded", ("no", "1.0", "no"))),
    ],
)
def test_a_marked_row_stays_as_invalid(path: Path, header: str, marks: tuple[str, ...]) -> None:
    peaks = read_peak_table(write(path, header, *marks))
    assert excluded(peaks) == [2]
    problem = peaks["problem"][1]
    assert problem == f"The table marks this row as excluded: {header!r} is {_word(marks[1])!r}."
    assert peaks["peak_area"].to_list()[1] == 40_000


def _word(mark: str) -> str:
    return {"1.0": "1"}.get(mark, mark.casefold())


@pytest.mark.parametrize(
    ("header", "marks"),
    [
        *(("Use", ("yes", "yes", "yes")), ("Use", ("quantifier", "qualifier", "quantifier"))),
        *(
            ("Comment", ("", "do not delete", "")),
            ("Flag", ("a", "b", "c")),
            ("Rej", ("0", "0", "0")),
        ),
        *(("Checked", ("FALSE", "TRUE", "FALSE")), ("Used by", ("no", "yes", "no"))),
    ],
)
def test_other_words_exclude_nothing(path: Path, header: str, marks: tuple[str, ...]) -> None:
    assert excluded(read_peak_table(write(path, header, *marks))) == []


@pytest.mark.parametrize(
    ("header", "marks"),
    [
        pytest.param("Keep", ("x", "", "x"), id="a tick or nothing"),
        pytest.param("Excluded", ("", "saturated", ""), id="a reason"),
        pytest.param("Use", ("yes", "no", "perhaps"), id="a doubt"),
        pytest.param("Valid", ("yes", "no", "yes"), id="a word of two meanings"),
        pytest.param("Detected", ("yes", "no", "yes"), id="a peak that was not found"),
        pytest.param("Comment", ("", "exclude - wrong RT", ""), id="a remark with a reason"),
        pytest.param("Peak quality", ("good", "bad", "good"), id="a bad peak"),
        pytest.param("Confirmed", ("yes", "no", "yes"), id="a confirmation"),
        pytest.param("QC", ("pass", "fail", "pass"), id="a failure"),
        pytest.param("Flag", ("0", "1", "0"), id="a flag"),
        pytest.param("Use", ("yes", "no", "no"), id="most rows"),
    ],
)
def test_marks_that_are_not_clear_are_asked(
    path: Path, header: str, marks: tuple[str, ...]
) -> None:
    write(path, header, *marks)
    (question,) = open_questions(path)
    assert question.subject == "marked_rows"
    assert repr(header) in question.sentence
    with pytest.raises(UndecidedError, match="Set marked_rows to one of these"):
        read_peak_table(path)
    count = {}
    for answer in question.answers:
        peaks = read_peak_table(path, choices=ReadingChoices(marked_rows=answer.value))
        count[answer.value] = len(excluded(peaks))
    assert count["judged"] == 0
    assert count["excluded"] >= 1


def test_a_person_can_have_marked_rows_judged(path: Path) -> None:
    write(path, "Rej", "0", "1", "0")
    decision = marks_decided(path)
    assert decision.evidence == "1 row is marked as excluded and kept as invalid: 'Rej' is '1'."
    assert (decision.value, decision.alternatives) == ("excluded", ("judged",))
    chosen = ReadingChoices(marked_rows="judged")
    assert excluded(read_peak_table(path, choices=chosen)) == []
    assert marks_decided(path, chosen).value == "judged"


def marks_decided(path: Path, choices: ReadingChoices = AS_FOUND) -> Decision:
    return next(it for it in preview(path, choices).decisions if it.subject == "marked_rows")


def test_an_excluded_feature_of_a_wide_table_stays_once(path: Path) -> None:
    path.write_text(
        "Name,RT,Excluded,Area s1,Area s2\n"
        "GM3 36:1;O2,10.6,,5000,6000\nGM2 36:1;O2,10.4,x,400,500\nGM1 36:1;O2,10.1,,300,200\n"
    )
    peaks = read_peak_table(path)
    assert peaks.height == 5
    assert peaks.filter(pl.col("problem").is_not_null())["name"].to_list() == ["GM2 36:1;O2"]


def test_programs_mark_rows_too(path: Path) -> None:
    """LipidSearch has Rej., TraceFinder Excluded; what Sciex calls Used is a calibration."""
    path.write_text(
        "Rej.\tLipidIon\tLipidGroup\tClass\tFattyAcid\tCalcMz\tBaseRt\tArea[s1-1]\n"
        "0\tGM3(d36:1)-H\tGM3(d36:1)-H\tGM3\t(d36:1)\t1179.7372\t10.60\t5.0E5\n"
        "1\tGM3(d38:1)-H\tGM3(d38:1)-H\tGM3\t(d38:1)\t1207.7685\t12.10\t5.0E4\n"
    )
    assert read_peak_table(path)["problem"].is_not_null().sum() == 1
    path.write_text(
        "Sample Name\tComponent Name\tRetention Time\tArea\tUsed\tMass Info\n"
        "s1\tGM3 36:1;O2\t10.60\t500000\tFalse\t1179.7 / 290.1\n"
        "s1\tGM1 36:1;O2\t10.10\t50000\tTrue\t1544.9 / 290.1\n"
    )
    assert read_peak_table(path)["problem"].null_count() == 2


def test_a_large_parquet_file_is_opened_with_its_marks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.analysis.reading.table_file.SMALL_TABLE", 0)
    columns = {"Name": [it[0] for it in PEAKS], "RT": [it[1] for it in PEAKS]}
    areas = {"Area": [it[2] for it in PEAKS], "Rej": [False, True, False]}
    file = path.with_suffix(".parquet")
    pl.DataFrame(columns | areas).write_parquet(file)
    findings = Findings()
    open_table(file, findings=findings)
    assert [it.subject for it in findings.decisions] == ["marked_rows"]
    assert excluded(read_peak_table(file)) == [2]
