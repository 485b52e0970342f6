"""What cannot be undone asks first, in one way on every page."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[3] / "templates"
DESTRUCTIVE = re.compile(r'action="[^"]*/(delete|revoke|withdraw|remove|secret)"')
QUESTION = re.compile(r"{% call ask\(.*?{% endcall %}", re.DOTALL)
# Pages that are the question themselves: the whole page says what goes and asks for a button.
PAGES_THAT_ASK = (
    "accounts/delete.html",
    "accounts/second_factor.html",
    "fragments/ask_matching.html",
)
# The list of jobs asks on such a page, or where its outcome stands.
ASKED_ON_THE_NEXT_PAGE = ("fragments/selected.html", "pages/jobs.html")


def _templates() -> list[Path]:
    others = {TEMPLATES / name for name in (*PAGES_THAT_ASK, *ASKED_ON_THE_NEXT_PAGE)}
    return sorted(set(TEMPLATES.rglob("*.html")) - others)


def test_every_destructive_button_is_behind_a_question() -> None:
    unasked = [
        f"{path.relative_to(TEMPLATES)}: {found.group()}"
        for path in _templates()
        for found in DESTRUCTIVE.finditer(QUESTION.sub("", path.read_text()))
    ]
    assert unasked == []


@pytest.mark.parametrize(
    "kind", ["jobs/{{ job.id }}/delete", "presets/{{ preset.id }}/delete", "/revoke", "/secret"]
)
def test_the_search_finds_destructive_buttons(kind: str) -> None:
    texts = [path.read_text() for path in _templates()]
    assert any(kind in "".join(QUESTION.findall(text)) for text in texts)
    assert DESTRUCTIVE.search(f'action="{kind if kind.startswith("/") else "/" + kind}"')
