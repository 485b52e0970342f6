"""A late pattern is compiled when it is first used."""

import re

import pytest

from app.analysis.computing.late_pattern import LatePattern


def test_a_late_pattern_is_compiled_at_its_first_use_and_once() -> None:
    wrong = LatePattern("(")
    with pytest.raises(re.error):
        _ = wrong.compiled
    right = LatePattern("gm3", re.IGNORECASE)
    assert right.compiled.fullmatch("GM3")
    assert right.compiled is right.compiled
