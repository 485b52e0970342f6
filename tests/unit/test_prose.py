"""Names and sentences are plain present-day English, in the code, its tests, pages and documents.

``docs/glossary.md`` has the words that names must not have. Here are phrases that nobody would look
for, because present-day English says them otherwise.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = ("app", "workers", "templates", "static", "tests", "docs", "deploy")
TEXTS = {".py", ".html", ".txt", ".js", ".css", ".md", ".env"}
# Each with what to write instead.
PHRASES = {
    r"anew": "again, or name what happens: restart, redraw, reopen",
    r"befalls?|befell|befallen": "happens to",
    r"what is told|is told of|(?:is|are) told so|was told": "say what is reported, and to whom",
    r"who asks|is asked of|of whom": "name the person, or the question",
    r"the same as ever|as ever|for ever and": "unchanged",
    r"the begin of": "the start of",
    r"thereof|whereof|whereby|therein": "use of it, by which, in it",
    r"amiss|nought|bids": "wrong, nothing, asks",
    r"unsaid": "without a message",
}


def texts() -> Iterator[tuple[Path, str]]:
    """The texts that people read, but for this file and for files of libraries."""
    tops = [each for room in ROOMS for each in (ROOT / room).rglob("*")]
    for path in [*tops, *ROOT.glob("*.md")]:
        if path.suffix in TEXTS and path != Path(__file__) and "vendor" not in path.parts:
            yield path, path.read_text()


TEXT_OF = dict(texts())


@pytest.mark.parametrize("phrase", PHRASES)
def test_no_sentence_has_a_phrase_that_nobody_would_say(phrase: str) -> None:
    pattern = re.compile(rf"\b(?:{phrase})\b", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: ... {text[max(0, match.start() - 40) : match.end() + 40]} ..."
        for path, text in TEXT_OF.items()
        for match in pattern.finditer(text)
    ]
    assert len(TEXT_OF) > 1000
    assert found == [], f"Write instead: {PHRASES[phrase]}."
