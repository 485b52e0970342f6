"""What people read stands in one place: scripts hold no words of their own."""

import re
from pathlib import Path

import pytest

from app.web import words
from app.web.features.results.address import AXES
from app.web.features.results.columns import COLUMNS
from app.web.features.results.probabilities import PERCENTAGES

ROOT = Path(__file__).parents[3]
# A tile stands on pages of other sites too, which have no template with its words.
ELSEWHERE = {"tile.js"}
SCRIPTS = sorted(path for path in ROOT.glob("static/*.js") if path.name not in ELSEWHERE)
COMMENT = re.compile(r"(^|\s)//[^\n]*")
LITERAL = re.compile(r'"([^"\n]*)"|`([^`]*)`')
VALUE = re.compile(r"\$\{[^{}]*\}")
# Selectors, classes and the names of keys are for the machine, whatever they look like.
OF_MACHINES = re.compile(
    r"(querySelector(All)?|closest|matches)\([^)]*\)|className = [^;]+;|swap: \"[^\"]*\""
    r"|fontFamily: \"[^\"]*\"|matchMedia\([^)]*\)|hear\([^)]*\)"
    r"|\"(Enter|Delete|Home|End|Escape|Page|Arrow)|\"\w+\" in window"
    r"|`Bearer [^`]*`|\"Last-Event-ID\""
)
PROSE = re.compile(r"[a-z]{2,},? [a-z%]{2,}|^[A-Z][a-z]+|…|[a-z]\.$", re.MULTILINE)
SAID = re.compile(r"\bsay\(([^;]*?)\)")
NAME = re.compile(r'"(\w+)"')


def literals(script: str) -> list[str]:
    """The texts in a script, without comments and without what is put into them."""
    bare = OF_MACHINES.sub("", COMMENT.sub("", script))
    return [VALUE.sub("", text) for pair in LITERAL.findall(bare) for text in pair if text]


def prose(script: str) -> list[str]:
    return [text for text in literals(script) if PROSE.search(text)]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_holds_no_words_for_people(path: Path) -> None:
    assert prose(path.read_text()) == []


@pytest.mark.parametrize(
    "line",
    ['say("Uploading…");', "note = `${n} rows are shown`;", 'axis("Category")', 'alert("gone.")'],
)
def test_words_in_a_script_would_be_found(line: str) -> None:
    assert prose(line)


def test_scripts_say_what_the_template_has_and_nothing_else() -> None:
    template = (ROOT / "templates/fragments/words.html").read_text()
    names = {
        re.sub(r"-(\w)", lambda match: match[1].upper(), name)
        for name in re.findall(r"data-([a-z-]+)=", template)
    }
    scripts = "\n".join(path.read_text() for path in SCRIPTS)
    said = {name for call in SAID.findall(scripts) for name in NAME.findall(call)}
    assert said == names


OF_DISTRIBUTION = {"quantile", "studentised_residual"}


def test_every_label_is_used() -> None:
    assert set(words.COLUMNS) == {"row", *COLUMNS, *PERCENTAGES}
    assert set(words.AXES) == {*AXES, "rt_min", "residual_min", "peak_area", *OF_DISTRIBUTION}


def test_every_explained_term_has_a_meaning_on_its_page() -> None:
    """A page without the meanings would have buttons that open nothing."""
    templates = ROOT / "templates"
    terms = (templates / "fragments/terms.html").read_text()
    meanings = set(re.findall(r'^  "(\w+)": \("', terms, re.MULTILINE))
    asked = {
        name: set(re.findall(r'(?:\bterm\(|explained=)"(\w+)"', path.read_text()))
        for path in templates.rglob("*.html")
        if (name := str(path.relative_to(templates))) != "fragments/terms.html"
    }
    assert set().union(*asked.values()) <= meanings
    pages = {"pages/result.html", "pages/row.html", "pages/quantities.html", "cohort/page.html"}
    for name in pages:
        assert "{{ meanings() }}" in (templates / name).read_text()
    explained = {name for name, found in asked.items() if found}
    parts = ("result/", "cohort/", "fragments/why.html")  # of these pages
    assert {name for name in explained - pages if not name.startswith(parts)} == set()
