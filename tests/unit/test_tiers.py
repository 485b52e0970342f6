"""The lists of the tiers name folders, files and tests that are there."""

import pytest

from tests.conftest import ROOT
from tests.tiers import LONGEST, SYSTEM


@pytest.mark.parametrize("entry", [*SYSTEM, *LONGEST])
def test_what_the_list_names_is_there(entry: str) -> None:
    place, _, name = entry.partition("::")
    assert (ROOT / "tests" / place).exists()
    assert not name or f"def {name}(" in (ROOT / "tests" / place).read_text()
