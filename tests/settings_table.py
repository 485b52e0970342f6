"""The table of settings in ``docs/operations.md``, generated from ``deploy/sialoscope.env``.

That file alone explains the settings; ``python -m tests.settings_table`` updates the document.
"""

import re
from collections.abc import Iterator

from tests.conftest import ROOT

FILE = ROOT / "deploy" / "sialoscope.env"
DOCUMENT = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- settings: by python -m tests.settings_table -->\n", "<!-- end of settings -->"
SETTING = re.compile(r"(#?)([A-Z][A-Z0-9_]+)=(.*)")


def table() -> str:
    """The settings as a table in Markdown: their names, what they mean, and their defaults."""
    rows = ["| variable | meaning | default |", "|---|---|---|"]
    for names, meaning, defaults in _described():
        cells = (", ".join(f"`{name}`" for name in names), meaning, ", ".join(defaults))
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def defaults_shown() -> dict[str, str]:
    """The defaults of the settings in the file, by name."""
    found = map(SETTING.fullmatch, FILE.read_text().splitlines())
    return {one[2]: one[3] for one in found if one and one[1]}


def documented() -> str:
    """The table in the document."""
    return DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0]


def _described() -> Iterator[tuple[list[str], str, list[str]]]:
    """The settings; those in a row share the text before the first."""
    meaning, names, defaults = "", list[str](), list[str]()
    for line in [*FILE.read_text().splitlines(), "#"]:
        setting = SETTING.fullmatch(line)
        if setting:
            names.append(setting[2])
            defaults.append(f"`{setting[3]}`" if setting[1] and setting[3] else "")
            continue
        if names:
            yield names, meaning, [each for each in defaults if each]
            names, defaults = [], []
        meaning = line.removeprefix("# ")


if __name__ == "__main__":
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table() + END + rest.partition(END)[2])
