"""Names of modules, classes and functions keep to ``docs/glossary.md``."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "glossary.md").read_text()
RETIRED = re.findall(r"^\| `([a-z_]+)` \| .+ \|$", TEXT, re.M)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def names() -> Iterator[tuple[str, str]]:
    """Where a name stands, and the name: of each room, module, class and function."""
    for top in ("app", "workers"):
        for path in (ROOT / top).rglob("*.py"):
            place = str(path.relative_to(ROOT))
            yield from ((place, part) for part in path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, DEFINITIONS):
                    yield f"{place}:{node.lineno}", node.name


def has(retired: str, name: str) -> bool:
    """Whether a name has the words of a retired one, one after the other."""
    return f"_{retired}_" in f"_{'_'.join(WORD.findall(name)).lower()}_"


NAMES = sorted(set(names()))


@pytest.mark.parametrize(
    ("retired", "name", "expected"),
    [
        ("study", "Study", True),
        ("study", "_in_study", True),
        ("called_rows", "CalledRowsView", True),
        ("called_rows", "called_other_rows", False),
        ("study", "study2", True),
        ("slots", "__slots__", True),
        ("odd", "odds_ratio", False),
        ("spot", "SSESpotAPI", True),
    ],
)
def test_a_retired_name_is_found_by_its_words(retired: str, name: str, expected: bool) -> None:
    assert has(retired, name) == expected


@pytest.mark.parametrize("retired", RETIRED)
def test_no_module_class_or_function_has_a_retired_name(retired: str) -> None:
    assert len(NAMES) > 1000
    assert [f"{place} {name}" for place, name in NAMES if has(retired, name)] == []


def test_the_glossary_is_in_alphabetical_order_and_says_each_word_once() -> None:
    parts = TEXT.split("\n## ")[1:]
    for part in parts:
        terms = [term.lower() for term in re.findall(r"^\*\*(.+?)\*\*:", part, re.M)]
        assert terms == sorted(terms)
        assert len(terms) == len(set(terms))
    in_order = sorted(set(RETIRED))
    assert in_order == RETIRED
    assert len(RETIRED) > 10
