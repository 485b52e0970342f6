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


def variables(retired: str) -> Iterator[tuple[str, str]]:
    """Where a variable or parameter stands, and its name, in files that mention a retired name."""
    for path in [
        each for top in ("app", "workers", "tests") for each in (ROOT / top).rglob("*.py")
    ]:
        text = path.read_text()
        if retired not in text.lower():
            continue
        for node in ast.walk(ast.parse(text)):
            place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.arg):
                yield place, node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield place, node.id
            elif isinstance(node, DEFINITIONS):
                yield place, node.name


def has(retired: str, name: str) -> bool:
    """Whether a name has the words of a retired one, one after the other."""
    return f"_{retired}_" in f"_{'_'.join(WORD.findall(name)).lower()}_"


NAMES = sorted(set(names()))
# Words without another meaning, which variables and the sentences that name tests lack too.
IN_NO_NAME = ("ancestry", "called_rows", "courier", "note_told", "nul_check", "put_down", "told")


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


@pytest.mark.parametrize("retired", IN_NO_NAME)
def test_no_variable_and_no_test_has_a_retired_name(retired: str) -> None:
    assert retired in RETIRED
    assert [f"{place} {name}" for place, name in variables(retired) if has(retired, name)] == []


def test_the_glossary_is_in_alphabetical_order_and_says_each_word_once() -> None:
    parts = TEXT.split("\n## ")[1:]
    for part in parts:
        terms = [term.lower() for term in re.findall(r"^\*\*(.+?)\*\*:", part, re.M)]
        assert terms == sorted(terms)
        assert len(terms) == len(set(terms))
    in_order = sorted(set(RETIRED))
    assert in_order == RETIRED
    assert len(RETIRED) > 10
