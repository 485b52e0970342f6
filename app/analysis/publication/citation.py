"""Citations of a run: a CITATION.cff, and BibTeX."""

import json
import re
from collections.abc import Mapping
from typing import Any

AUTHORS = "The authors of this run (not known to Sialoscope)"
MAINTAINERS = "The Sialoscope maintainers"
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}


def citation_file(record: Mapping[str, Any]) -> str:
    """The run and the software as a CITATION.cff (Citation File Format 1.2.0)."""
    lines = [
        "cff-version: 1.2.0",
        f"message: {_text('Replace the author by yours, and cite this run and its software.')}",
        "type: dataset",
        f"title: {_text(_title(record))}",
        "authors:",
        f"  - name: {_text(AUTHORS)}",
        f"version: {_text(str(record['version']))}",
        f"date-released: {record['finished_at'][:10]}",
        "identifiers:",
        "  - type: other",
        f"    value: {_text('sha256:' + record['result']['sha256'])}",
        "    description: SHA-256 of the rows of the result",
        "references:",
        "  - type: software",
        "    title: Sialoscope",
        f"    version: {_text(record['software']['sialoscope'])}",
        "    authors:",
        f"      - name: {_text(MAINTAINERS)}",
    ]
    return "\n".join(lines) + "\n"


def bibtex(record: Mapping[str, Any]) -> str:
    """The run and the software as BibTeX."""
    year, job = record["finished_at"][:4], record["job"]
    version = record["software"]["sialoscope"]
    software = _entry(
        "software",
        f"sialoscope-{version}",
        {"author": "{" + _latex(MAINTAINERS) + "}", "title": "Sialoscope", "version": version}
        | {"year": year},
    )
    digest = record["result"]["sha256"]
    note = f"Job {job}, version {record['version']}; SHA-256 of the rows {digest}"
    run = _entry(
        "misc",
        f"sialoscope-run-{job[:8]}-v{record['version']}",
        {"author": "{" + _latex(AUTHORS) + "}", "title": "{" + _latex(_title(record)) + "}"}
        | {"year": year, "note": _latex(note)},
    )
    return f"{software}\n{run}"


def _title(record: Mapping[str, Any]) -> str:
    return f"Ganglioside assignments of {record['input']['file_name']}"


def _text(text: str) -> str:
    """A text in quotes, which YAML reads as JSON does."""
    return json.dumps(text, ensure_ascii=False)


def _entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    written = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@{kind}{{{key},\n{written}\n}}\n"


def _latex(text: str) -> str:
    plain = re.sub(r"[\x00-\x1f\x7f]", " ", text)
    return "".join(_LATEX.get(mark, mark) for mark in plain)
