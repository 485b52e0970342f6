"""Files for a paper: its text as Markdown, a CITATION.cff and BibTeX."""

import re
from collections.abc import Iterator
from typing import IO

from app.analysis.publication.checklist import by_section
from app.analysis.publication.citation import bibtex, citation_file
from app.analysis.publication.paragraphs import methods, results
from app.analysis.publication.species_list import species_list
from app.analysis.quantities.files import quantities_of
from app.analysis.quantities.notes import notes
from app.analysis.quantities.species import Quantities
from app.analysis.reporting.formats.format import ExportFormat, Run

CONTENT = "publication"


def write_publication(run: Run, file: IO[bytes]) -> None:
    """Write methods, results, the list of species, the reporting checklist and BibTeX."""
    found = quantities_of(run)
    file.write("\n".join(_lines(run, found)).encode())


def _lines(run: Run, found: Quantities) -> Iterator[str]:
    record = run.record or {}
    yield f"# {_plain(record['input']['file_name'])}: text for a publication\n"
    yield "Check every sentence before you publish it: Sialoscope knows the peak table alone.\n"
    yield f"## Methods\n\n{_plain(methods(run, found))}\n"
    yield f"## Results\n\n{_plain(results(run, found))}\n"
    yield "## What was counted and corrected\n"
    yield from (f"- {_plain(note)}" for note in notes(found))
    yield "\n## Species\n\n| class | species | isomer | samples | area % | pmol |"
    yield "|---|---|---|---:|---:|---:|"
    for prefix, species, isomer, samples, area, pmol in species_list(found).iter_rows():
        numbers = f"{samples} | {_number(area, '.2f')} | {_number(pmol, '.4g')}"
        yield f"| {_plain(prefix)} | {_plain(species)} | {isomer or ''} | {numbers} |"
    yield "\n## Reporting checklist (Lipidomics Standards Initiative)\n"
    for section, items in by_section(run, found).items():
        yield f"### {section}\n"
        yield from (f"- {each.item}: {_plain(each.answer)}" for each in items)
        yield ""
    yield f"## How to cite\n\n```bibtex\n{bibtex(record)}```\n"


def _plain(text: str) -> str:
    """A text that Markdown shows as it is."""
    return re.sub(r"([\\`*_<>\[\]|#])", r"\\\1", text)


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


FORMATS = (
    ExportFormat(
        name="publication",
        suffix="md",
        media_type="text/markdown",
        write=write_publication,
        needs_record=True,
        has_quantities=True,
        content=CONTENT,
    ),
    ExportFormat(
        name="citation",
        suffix="cff",
        media_type="application/yaml",
        write=lambda run, file: _write(file, citation_file(run.record or {})),
        needs_record=True,
        content="citation",
    ),
    ExportFormat(
        name="bibtex",
        suffix="bib",
        media_type="application/x-bibtex",
        write=lambda run, file: _write(file, bibtex(run.record or {})),
        needs_record=True,
        content="citation",
    ),
)


def _write(file: IO[bytes], text: str) -> None:
    file.write(text.encode())
