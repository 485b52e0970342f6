"""Pages ask in one way before what cannot be undone: by the macro ``ask``."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[3] / "templates"
# An address that takes something away for good, of a form or of a button.
FOR_GOOD = re.compile(
    r'(?:form)?action="([^"]*/(?:delete|revoke|remove|withdraw|close|sign-off)(?=["/?])[^"]*)"'
)
ASKED = re.compile(r"{% call ask\(.*?{% endcall %}", re.DOTALL)
# The page that the link "Delete" leads to, and the button that has another page ask.
ASK_ELSEWHERE = {"/admin/accounts/{{ account.id }}/delete", "/jobs/selected/delete"}


def test_whatever_is_taken_away_for_good_is_asked_first() -> None:
    found = {path: path.read_text() for path in TEMPLATES.rglob("*.html")}
    assert sum(len(FOR_GOOD.findall(text)) for text in found.values()) > 10
    not_asked = {
        address for text in found.values() for address in FOR_GOOD.findall(ASKED.sub("", text))
    }
    assert not_asked == ASK_ELSEWHERE
