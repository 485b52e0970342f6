"""The explanations of settings: the table in ``docs/operations.md``, ``deploy/sialoscope.env``.

Both come from ``app/settings``; ``python -m tests.settings_table`` updates them. The
order and the values of the file are its own.
"""

import re
from collections.abc import Iterator

from app.settings import variables
from tests.conftest import ROOT

FILE = ROOT / "deploy" / "sialoscope.env"
DOCUMENT = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- settings: by python -m tests.settings_table -->\n", "<!-- end of settings -->"
SETTING = re.compile(r"(#?)([A-Z][A-Z0-9_]+)=(.*)")
# Read by the libraries that use them.
OF_LIBRARIES = {
    "AWS_ACCESS_KEY_ID": "Id of the key for s3://, unless the machine has a profile or role",
    "AWS_SECRET_ACCESS_KEY": "Secret of the key for s3://",
}


def meanings() -> dict[str, str]:
    """What each variable is for, by its name."""
    own = {each.name: each.meaning for each in variables().values()}
    others = {each.other_name: each.meaning for each in variables().values() if each.other_name}
    return own | others | OF_LIBRARIES


def defaults() -> dict[str, str]:
    """The defaults of the variables as text; empty where the meaning says what happens."""
    return dict.fromkeys(meanings(), "") | {
        each.name: each.default for each in variables().values()
    }


def table() -> str:
    """The settings as a table in Markdown: their names, what they mean, and their defaults."""
    rows = ["| variable | meaning | default |", "|---|---|---|"]
    for name, meaning in meanings().items():
        default = f"`{defaults()[name]}`" if defaults()[name] else ""
        rows.append(f"| `{name}` | {meaning} | {default} |")
    return "\n".join(rows) + "\n"


def explained() -> str:
    """The file with its own order and values, each variable explained above."""
    return "\n".join(_explained(FILE.read_text().splitlines())) + "\n"


def _explained(lines: list[str]) -> Iterator[str]:
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        setting = SETTING.fullmatch(line)
        if setting:
            default = defaults()[setting[2]]
            unset = f"; if unset, {default}" if default and not setting[1] else ""
            yield f"# {meanings()[setting[2]]}{unset}"
            yield f"#{setting[2]}={default}" if setting[1] else line
        elif not (line.startswith("# ") and SETTING.fullmatch(following)):
            yield line


def documented() -> str:
    """The table in the document."""
    return DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table() + END + rest.partition(END)[2])
    FILE.write_text(explained())
