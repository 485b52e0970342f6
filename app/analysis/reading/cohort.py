"""Read a cohort: several peak tables that are analyzed as one, each with one sample or more."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import polars as pl

from app.analysis.counted import counted
from app.analysis.errors import PeakTableError
from app.analysis.reading.cohort_file import CohortFile
from app.analysis.reading.decisions import OnNote, UndecidedError
from app.analysis.reading.peak_table import read_one_table
from app.analysis.reading.peaks.sample_roles import add_sample_roles
from app.analysis.reading.peaks.unusable_rows import mark_repeats

logger = logging.getLogger(__name__)


def read_cohort(
    path: Path, files: Sequence[CohortFile], *, on_note: OnNote = logger.info
) -> pl.DataFrame:
    """Read an archive of peak tables into one frame of ``PEAK_SCHEMA``, file by file.

    ``path`` is a ZIP with the files in their order. A row without a sample gets that of the name of
    its file. ``row`` counts on through all files. ``on_note`` receives sentences on how the files
    were read.

    Raises:
        PeakTableError: one of the files is not a peak table; the sentence names it.
    """
    frames = list(_frames(path, files, on_note))
    for note in _notes(frames, files):
        on_note(note)
    chosen = {name: role for it in files for name, role in it.choices.sample_roles.items()}
    peaks = add_sample_roles(pl.concat(frames), chosen, on_note)
    return mark_repeats(peaks.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32)))


def _frames(path: Path, files: Sequence[CohortFile], on_note: OnNote) -> Iterator[pl.DataFrame]:
    """The peaks of each file of an archive; a row without a sample gets that of its file."""
    names = sample_names([file.file_name for file in files])
    with ZipFile(path) as archive, TemporaryDirectory() as folder:
        for member, file, name in zip(archive.infolist(), files, names, strict=True):
            peaks = _read(Path(archive.extract(member, folder)), file, on_note)
            is_named = pl.col("sample") != ""
            yield peaks.with_columns(
                sample=pl.when(is_named).then("sample").otherwise(pl.lit(name))
            )


def sample_names(file_names: Sequence[str]) -> list[str]:
    """Name the sample of each file after it, without its suffix unless two would be the same."""
    stems = [PurePath(name).stem for name in file_names]
    often = Counter(stems)
    given: list[str] = []
    for name, stem in zip(file_names, stems, strict=True):
        wanted = stem if often[stem] == 1 else name
        given.append(next(free for free in _tries(wanted) if free not in given))
    return given


def _tries(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name} ({number})"
        number += 1


def _read(path: Path, file: CohortFile, on_note: OnNote) -> pl.DataFrame:
    try:
        return read_one_table(
            path,
            choices=file.choices,
            on_note=lambda note: on_note(f"{file.file_name}: {note}"),
        )
    except UndecidedError as error:
        raise error.in_file(file.file_name) from None
    except PeakTableError as error:
        raise PeakTableError(f"{file.file_name}: {error}") from None
    finally:
        path.unlink()


def _notes(frames: Sequence[pl.DataFrame], files: Sequence[CohortFile]) -> Iterator[str]:
    """Sentences on how many samples there are, and on samples that stand in several files."""
    places: dict[str, list[str]] = {}
    for peaks, file in zip(frames, files, strict=True):
        for sample in peaks["sample"].unique(maintain_order=True):
            places.setdefault(sample, []).append(file.file_name)
    yield f"Read {counted(len(files), 'file')} as one cohort of {counted(len(places), 'sample')}."
    for sample, names in places.items():
        if len(names) > 1:
            files_with_it = " and ".join(names)
            yield f"The sample {sample} stands in {files_with_it}; its rows are taken together."
