"""The help shows the documents of users, and each link to it leads somewhere."""

import re
from pathlib import Path

import pytest

from app.analysis.rules import RULES
from app.web.features.help.guide import GUIDE
from app.web.features.help.links import place_of
from app.web.features.help.rendering import rendered
from tests.conftest import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LINK = re.compile(r'href="(/help[^"{]*)"')
# Decision records, files and commands of the sources: of them a user has none.
OF_DEVELOPERS = re.compile(
    r"adr/|\bADRs? \d+|\b(?:app|workers|tests|docs|deploy)/\w+|\w+\.py\b|python -m"
    r"|\bmake [a-z]+</code>"
)
NUMBER_OF_A_RULE = "{{ said.rule }}"


def leads_somewhere(address: str, *, on: str = "") -> bool:
    """Whether the help has the page and the anchor of an address."""
    place, _, anchor = address.partition("#")
    name = place.removeprefix("/help").strip("/") or on
    if not name:
        return not anchor
    return name in GUIDE and (not anchor or f'id="{anchor}"' in rendered(name).html)


def test_links_of_templates_to_the_help_lead_somewhere() -> None:
    links = {link for page in TEMPLATES for link in LINK.findall(page.read_text())}
    assert len(links) > 10
    assert [link for link in sorted(links) if not leads_somewhere(link)] == []


def test_each_rule_of_a_row_leads_to_its_section() -> None:
    why = (ROOT / "templates" / "fragments" / "why.html").read_text()
    assert f'href="/help/science#rule-{NUMBER_OF_A_RULE}"' in why
    sections = {section.anchor for section in rendered("science").sections}
    assert {f"rule-{rule.number}" for rule in RULES} <= sections


@pytest.mark.parametrize("name", GUIDE)
def test_links_between_the_pages_lead_somewhere(name: str) -> None:
    links = re.findall(r'href="((?:/help)?[^":]*)"', rendered(name).html)
    of_help = [link for link in links if link.startswith(("/help", "#"))]
    assert [link for link in of_help if not leads_somewhere(link, on=name)] == []
    assert [link for link in links if link.endswith(".md")] == []


@pytest.mark.parametrize("name", GUIDE)
def test_a_page_has_its_title_and_no_style_of_its_own(name: str) -> None:
    html = rendered(name).html
    (title,) = re.findall(r"<h1[^>]*>(.*)</h1>", html)
    assert title.startswith(GUIDE[name][0])
    assert "style=" not in html  # the policy of the pages forbids it
    assert "{raw}" not in html


def test_a_link_to_what_is_not_served_becomes_text() -> None:
    assert place_of("operations.md#alerts") is None
    assert place_of("limits.md#small-tables-anchors-and-cohorts") == (
        "/help/limits#small-tables-anchors-and-cohorts"
    )
    html = rendered("limits").html
    assert "Behind the science" in html
    assert "behind-the-science" not in html


@pytest.mark.parametrize("name", GUIDE)
def test_a_page_names_nothing_that_its_reader_cannot_open(name: str) -> None:
    assert OF_DEVELOPERS.findall(rendered(name).html) == []


def test_a_figure_is_shown_with_its_caption() -> None:
    html = rendered("science").html
    figures = re.findall(
        r"<figure><div[^>]*><svg.*?</svg>\n</div><figcaption><em>(.*?)</figure>", html, re.DOTALL
    )
    assert len(figures) == len(list((ROOT / "docs" / "figures").iterdir()))
    assert figures[0].startswith("Peaks of the example with one double bond.")
    assert "<p><em>" not in html, "a caption without its figure"


def test_markup_in_a_document_is_shown_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd.md").write_text("# Odd\n\n<script>x</script>\n\n```csv\na,<b>\n```\n")
    monkeypatch.setattr("app.web.features.help.rendering.program_folder", lambda _: tmp_path)
    html = rendered("odd").html
    assert "<script>" not in html
    assert "a,&lt;b&gt;" in html
