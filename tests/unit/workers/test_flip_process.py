"""What the process that looks for changes of a row answers, also where there is no answer."""

import asyncio
import os
import weakref
from pathlib import Path

import pytest

from app.analysis.example.example_table import example_table
from app.analysis.library.kept_law import encode_law
from app.analysis.overrides.override import Override
from app.analysis.pipeline import analyze
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.settings import AnalysisSettings
from app.contract.flips import PROCESS, FlipRequest, Found, NoAnswer, encode
from app.runtime.limited_process import start_process
from workers.analysis.flip_process import MOST_ROWS, LastTable, handle


def asked(path: Path, row: int = 1, **more: object) -> FlipRequest:
    return FlipRequest(table=str(path), settings={}, row=row, **more)  # type: ignore[arg-type]


def written(folder: Path) -> Path:
    path = folder / "peaks.csv"
    example_table().write_csv(path)
    return path


def test_it_answers_for_the_table_with_the_anchors_of_the_overrides(tmp_path: Path) -> None:
    path = written(tmp_path)
    mark = analyze(read_peak_table(path), AnalysisSettings()).stored
    row = int(mark.filter((mark["call"] == "true") & mark["anchor"])["row"][0])
    answer = handle(asked(path, row), LastTable())
    assert isinstance(answer, Found)
    assert answer.flips.row == row
    no_anchor = (Override(row=row, anchor=False, reason="not measured here"),)
    other = handle(asked(path, row, overrides=no_anchor), LastTable())
    assert isinstance(other, Found)
    assert other.flips != answer.flips


def test_it_uses_the_library_of_the_job(tmp_path: Path) -> None:
    path = written(tmp_path)
    law = analyze(read_peak_table(path), AnalysisSettings()).law
    assert law is not None
    answer = handle(asked(path, 3, law=encode_law(law).decode()), LastTable())
    assert isinstance(answer, Found)
    assert answer.flips.flips


def test_a_table_that_is_gone_or_no_table_is_said(tmp_path: Path) -> None:
    path = tmp_path / "gone.csv"
    assert handle(asked(path), LastTable()) == NoAnswer(problem="gone")
    path.write_text("Some,thing\nelse,1\n")
    answer = handle(asked(path), LastTable())
    assert isinstance(answer, NoAnswer)
    assert answer.problem == "table"
    assert "lacks the column" in answer.text


def test_an_error_of_our_own_is_an_answer(tmp_path: Path) -> None:
    request = FlipRequest(table=str(written(tmp_path)), settings={"no_such_setting": 1}, row=1)
    assert handle(request, LastTable()) == NoAnswer(problem="other")


def test_the_process_ends_with_its_parent_amid_a_search(tmp_path: Path) -> None:
    table = tmp_path / "without_end.csv"
    os.mkfifo(table)

    async def work() -> int:
        process = await start_process(PROCESS, tmp_path)
        assert process.stdin
        process.stdin.write(encode(asked(table)) + b"\n")
        with await asyncio.to_thread(table.open, "wb"):  # the process reads the table from here on
            process.stdin.close()
            try:
                async with asyncio.timeout(60):
                    return await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
                raise

    assert asyncio.run(work()) == 1


def test_a_table_is_kept_and_another_one_is_read_when_it_is_forgotten(tmp_path: Path) -> None:
    last, path, other = LastTable(), written(tmp_path), tmp_path / "other.csv"
    kept = weakref.ref(last.of(asked(path, 1)).state.arrays)
    assert last.of(asked(path, 2)).state.arrays is kept()
    with pytest.raises(FileNotFoundError):
        last.of(asked(other))
    assert kept() is None
    assert last.of(asked(path, 1)).peaks.height == example_table().height


def test_a_table_that_is_too_large_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("Name,RT,Volume\n" + "GM3 (36:1),20,1000\n" * (MOST_ROWS + 1))
    answer = handle(asked(path), LastTable())
    assert isinstance(answer, NoAnswer)
    assert "more than 100,000 rows" in answer.text
    assert "Submit the sample" in answer.text
