"""Format findings as text for people or as JSON for programs."""

from collections import Counter

import msgspec

from app.commands.doctor.finding import Finding, Level

# A symbol and a word, so that a level needs no colour.
SIGNS = {Level.OK: "✓ ok", Level.WARNING: "! warning", Level.ERROR: "✗ error"}


def as_json(findings: list[Finding]) -> str:
    """Return a JSON object with the ``findings`` and their ``counts`` by level."""
    counts = Counter(each.level for each in findings)
    report = {"findings": findings, "counts": {level: counts[level] for level in Level}}
    return msgspec.json.format(msgspec.json.encode(report)).decode()


def as_text(findings: list[Finding]) -> str:
    """Return a paragraph for each finding, and a last line with the counts."""
    counts = Counter(each.level for each in findings)
    lines = [_paragraph(each) for each in findings]
    errors, warnings = counts[Level.ERROR], counts[Level.WARNING]
    return "\n".join([*lines, f"\n{_count(errors, 'error')}, {_count(warnings, 'warning')}."])


def _paragraph(finding: Finding) -> str:
    line = f"{SIGNS[finding.level]:<10} {finding.name}: {finding.what}"
    if finding.level is Level.OK:
        return line
    indent = " " * 11
    return f"{line}\n{indent}{finding.why}\n{indent}→ {finding.remedy}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
