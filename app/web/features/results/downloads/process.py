"""The process that writes one export, or a ZIP of many, and exits.

``app/runtime/limited_process.py`` starts it with its limits. It imports neither the database nor
Litestar, so that it starts fast.
"""

from pathlib import Path
from typing import IO, Literal
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from msgspec.json import decode, encode
from polars.exceptions import ComputeError, PanicException

from app.analysis.reporting.formats.format import ExportError
from app.runtime.disk_full import is_disk_full
from app.runtime.limited_process import answer_one
from app.web.features.results.downloads.source import FORMATS, Source, run_of

NOT_INCLUDED = "not-included.txt"
DELETED = "It was deleted meanwhile."
Problem = Literal["", "unfit", "memory", "disk", "gone", "empty", "other"]


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """The amounts of standards as entered, and whether isotopes are corrected."""

    standards: tuple[str, ...] = ()
    corrects_isotopes: bool = True


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to write and where: the one source in a format, or with ``is_archive`` all as a ZIP.

    ``refused`` are the jobs that the archive lacks, each with the reason. ``amounts`` are the
    standards that quantities are computed with.
    """

    path: str
    format: str
    sources: list[Source]
    is_archive: bool = False
    refused: list[str] = []
    amounts: Amounts = Amounts()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The problem of an export, if any; ``text`` is a sentence or the type of the error."""

    problem: Problem = ""
    text: str = ""


def main() -> None:
    """Read an order, write its file, and answer."""
    answer_one(lambda order: encode(carry_out(decode(order, type=Order))))


def carry_out(order: Order) -> Answer:
    """Write the file of an order."""
    try:
        with Path(order.path).open("wb") as file:
            return _write(order, file)
    except ExportError as error:
        return Answer(problem="unfit", text=str(error))
    except MemoryError:
        return Answer(problem="memory")
    except FileNotFoundError:
        return Answer(problem="gone")
    except OSError as error:
        problem: Problem = "disk" if is_disk_full(error) else "other"
        return Answer(problem=problem, text=type(error).__name__)
    except ComputeError as error:  # Polars raises it for a full disk, among others
        return Answer(problem="disk" if "os error 28" in str(error) else "other")
    except (Exception, PanicException) as error:  # noqa: BLE001 - the boundary of the process
        return Answer(problem="other", text=type(error).__name__)


def _write(order: Order, file: IO[bytes]) -> Answer:
    if order.is_archive:
        return _write_archive(order, file)
    form = FORMATS[order.format]
    run = run_of(order.sources[0], form.columns)._replace(
        standards=order.amounts.standards, corrects_isotopes=order.amounts.corrects_isotopes
    )
    form.write(run, file)
    return Answer()


def _write_archive(order: Order, file: IO[bytes]) -> Answer:
    refused = [*order.refused]
    with ZipFile(file, "w", ZIP_DEFLATED, strict_timestamps=False) as archive:
        for source in order.sources:
            try:
                run = run_of(source)
            except FileNotFoundError:
                refused.append(f"{source.name}: {DELETED}")
                continue
            with archive.open(source.name, "w", force_zip64=True) as entry:
                FORMATS[order.format].write(run, entry)
        if not archive.namelist():
            return Answer(problem="empty", text="\n".join(refused))
        if refused:
            archive.writestr(NOT_INCLUDED, "".join(f"{line}\n" for line in refused))
    return Answer()


if __name__ == "__main__":
    main()
