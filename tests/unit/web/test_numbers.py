"""Pages write each kind of number in one way."""

import re
from pathlib import Path

import pytest

from app.web.templating.numbers import FILTERS

TEMPLATES = Path(__file__).parents[3] / "templates"
OWN_FORMAT = re.compile(r"\.format\(|\|\s*format\b|toLocaleString")


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("whole", 1234567, "1,234,567"),
        ("amount", 1234567.8, "1,234,568"),
        ("amount", 45.67, "45.7"),
        ("amount", 0.00321, "0.00321"),
        ("amount", 0.0, "0"),
        ("minutes", 9.0134, "9.013"),
        ("signed_minutes", -0.3011, "\N{MINUS SIGN}0.301"),
        ("signed_minutes", 0.3, "+0.300"),
        ("deviations", -8.26, "\N{MINUS SIGN}8.3"),
        ("probability", 0.954, "0.95"),
        ("share", 0.0143, "1.4"),
        ("percent", 29.76, "29.8"),
        ("small_percent", 0.031, "0.03"),
        ("p_value", 0.01234, "0.0123"),
        ("p_value", 1.2e-7, "1.2e\N{MINUS SIGN}07"),
    ],
)
def test_a_number_is_written_by_its_kind(kind: str, value: float, written: str) -> None:
    assert FILTERS[kind](value) == written


def test_what_is_unknown_is_a_dash() -> None:
    assert {FILTERS[kind](None) for kind in FILTERS if kind != "whole"} == {"\N{EN DASH}"}


def test_no_template_has_a_format_of_its_own() -> None:
    """E-mails are plain text and have another environment."""
    found = [
        str(path.relative_to(TEMPLATES))
        for path in sorted(TEMPLATES.rglob("*.html"))
        if "mail" not in path.parts and OWN_FORMAT.search(path.read_text())
    ]
    assert found == []
