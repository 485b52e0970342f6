"""How findings are told: as text for people, as JSON for programs."""

from collections import Counter

import msgspec

from app.commands.doctor.finding import Finding, Level

# A word and a sign, for who sees no colours.
SIGNS = {Level.OK: "✓ ok", Level.WARNING: "! warning", Level.ERROR: "✗ error"}


def as_json(findings: list[Finding]) -> str:
    """An object with the ``findings`` and how many there are of each level."""
    counts = Counter(each.level for each in findings)
    report = {"findings": findings, "counts": {level: counts[level] for level in Level}}
    return msgspec.json.format(msgspec.json.encode(report)).decode()


def as_text(findings: list[Finding]) -> str:
    """A paragraph for each finding, and a line that counts them."""
    counts = Counter(each.level for each in findings)
    lines = [_paragraph(each) for each in findings]
    errors, warnings = counts[Level.ERROR], counts[Level.WARNING]
    return "\n".join([*lines, f"\n{_many(errors, 'error')}, {_many(warnings, 'warning')}."])


def _paragraph(finding: Finding) -> str:
    line = f"{SIGNS[finding.level]:<10} {finding.name}: {finding.what}"
    if finding.level is Level.OK:
        return line
    indent = " " * 11
    return f"{line}\n{indent}{finding.why}\n{indent}→ {finding.remedy}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
