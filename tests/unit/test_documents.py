"""The documents fit together: every page is reachable, and decision records have no gaps."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "docs" / "adr"
# A longer README would not fit one screen of a code host.
LONGEST_README = 60


def test_the_index_of_decision_records_lists_each_with_its_title() -> None:
    listed = re.findall(r"^- \[(.+)\]\((.+)\)$", (RECORDS / "README.md").read_text(), re.MULTILINE)
    records = sorted(RECORDS.glob("[0-9]*.md"))
    titles = [record.read_text().splitlines()[0].removeprefix("# ") for record in records]
    assert listed == list(zip(titles, (record.name for record in records), strict=True))


def test_decision_records_are_numbered_without_gaps() -> None:
    numbers = [int(record.name[:4]) for record in sorted(RECORDS.glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_readme_fits_one_screen_and_its_links_lead_somewhere() -> None:
    readme = (ROOT / "README.md").read_text()
    assert len(readme.splitlines()) <= LONGEST_README
    missing = [to for to in re.findall(r"\]\(([^)]+)\)", readme) if not (ROOT / to).exists()]
    assert missing == []
