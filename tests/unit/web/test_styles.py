"""A class of the style sheet has one meaning."""

import re
from collections import Counter
from pathlib import Path

STYLES = (Path(__file__).parents[3] / "static/app.css").read_text()
# Rules of the layer itself; those of media queries stand deeper.
RULE_OF_A_CLASS = re.compile(r"(?<!,)\n  (\.[\w-]+) \{\n")


def test_no_class_is_defined_for_two_things() -> None:
    """Two features once chose one name, and the bars of a page laid out every form."""
    defined = Counter(RULE_OF_A_CLASS.findall(STYLES))
    assert len(defined) > 20
    assert [name for name, times in defined.items() if times > 1] == []
