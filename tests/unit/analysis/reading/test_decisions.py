"""Questions say how to answer them, and no choice or listed column is dropped without a note."""

import shlex
from pathlib import Path

import pytest

from app.analysis.pipeline import analyze
from app.analysis.reading.decisions import Question, ReadingChoices
from app.analysis.reading.open_questions import open_questions
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.sources.source import Source
from app.analysis.settings import AnalysisSettings


@pytest.mark.parametrize(
    ("subject", "value", "words"),
    [
        ("volume_column", "Peak Area", ["--column", "volume=Peak Area"]),
        ("anchor_words", "a;b c", ["--anchor-words", "a;b c"]),
        ("rt_unit", "s", ["--rt-unit", "s"]),
        ("name_column", "it's", ["--column", "name=it's"]),
    ],
)
def test_an_option_can_be_pasted_into_a_shell(subject: str, value: str, words: list[str]) -> None:
    question = Question(subject=subject, sentence="", answers=())
    assert shlex.split(question.option(value)) == words


@pytest.mark.parametrize("header", ["Total Area", "m/z", "Fl\u00c4che"])
def test_a_program_cannot_have_a_header_that_no_table_equals(header: str) -> None:
    with pytest.raises(ValueError, match="without case and marks"):
        Source(title="A program", headers={"volume": (header,)})


def test_a_chosen_column_of_areas_says_which_samples_it_leaves_out(tmp_path: Path) -> None:
    path, notes = tmp_path / "peaks.csv", list[str]()
    path.write_text("Name,RT,Area a,Area b,Area c\nGM3(36:1;O2),10.6,1,2,3\n")
    choices = ReadingChoices(columns={"volume": "Area b"})
    read = read_peak_table(path, choices=choices, on_note=notes.append)
    assert read["peak_area"].to_list() == [2.0]
    assert any("'a', 'c' are not" in note for note in notes)


def test_the_reason_names_the_other_candidates_of_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text("Name,RT,Area\nGM3 36:1;O2 | GD3 34:1;O2,10.6,1\nGM3 38:1;O2,12,2\n")
    first, second = analyze(read_peak_table(path), AnalysisSettings()).rows["reason"]
    assert first.endswith("Its cell also names GD3 34:1;O2, which was not judged.")
    assert "also names" not in second


@pytest.mark.parametrize(
    ("other", "is_asked"),
    [
        ("GM3 38:1;O2", True),
        ("GM3 36:1;O2", False),
        ("GM3 18:1;O2/18:0", False),
        ("GM3", False),
        ("mouse", False),
        ("", False),
    ],
)
def test_two_columns_with_other_species_are_asked_about(
    tmp_path: Path, other: str, is_asked: bool
) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"Name,Lipid,RT,Area\nGM3 36:1;O2,{other},10.6,1\n")
    questions = open_questions(path)
    assert [each.subject for each in questions] == ["name_column"] * is_asked
    chosen = ReadingChoices(columns={"name": "Lipid"})
    assert not open_questions(path, chosen)


@pytest.mark.parametrize(
    ("one", "other", "is_asked"),
    [
        ("GD1 36:1;O2", "GD1a 36:1;O2", False),
        ("GT1b+OAc 36:1;O2", "GT1+OAc 36:1;O2", False),
        ("GD1 36:1;O2", "GD1\u03b1 36:1;O2", False),
        ("GD1a 36:1;O2", "GD1b 36:1;O2", True),
        ("GD1 36:1;O2", "GD1a 36:2;O2", True),
        ("GD1 36:1;O2", "GD1a+OAc 36:1;O2", True),
        ("GM3 36:1;O2", "GM3(Gc) 36:1;O2", True),
    ],
)
def test_a_name_without_an_isomer_contradicts_no_isomer(
    tmp_path: Path, one: str, other: str, is_asked: bool
) -> None:
    path = tmp_path / "peaks.csv"
    path.write_text(f"Name,Lipid,RT,Area\n{one},{other},10.6,1\n")
    assert bool(open_questions(path)) == is_asked


def test_the_question_shows_the_first_row_that_differs(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    rows = (f"GM3 {n}:1;O2,GM3 {n + 2}:1;O2,{n / 3},1" for n in (38, *range(30, 38)))
    path.write_text("\n".join(["Name,Lipid,RT,Area", *rows]))
    for _ in range(5):
        (question,) = open_questions(path)
        assert [each.meaning.split("such as ")[1] for each in question.answers] == [
            "GM3 38:1;O2",
            "GM3 40:1;O2",
        ]


@pytest.mark.parametrize(
    ("header", "is_asked"),
    [("Reassigned name", True), ("My annotation", True), ("Parent", False), ("IS", False)],
)
def test_a_column_that_names_most_rows_in_the_same_way_is_asked_about(
    tmp_path: Path, header: str, is_asked: bool
) -> None:
    path = tmp_path / "peaks.csv"
    rows = [f"GM3 {n}:1;O2,GM3 {36 if n == 35 else n}:1;O2,{n / 3},1" for n in range(32, 37)]
    path.write_text("\n".join([f"Name,{header},RT,Area", *rows]))
    assert [each.subject for each in open_questions(path)] == ["name_column"] * is_asked


def test_a_column_of_other_molecules_is_not_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    rows = [f"GM3 {n}:1;O2,GM1 {n}:1;O2,{n / 3},1" for n in range(32, 37)]
    path.write_text("\n".join(["Name,Compared with,RT,Area", *rows]))
    assert not open_questions(path)
