"""Numbers with their nouns."""

import pytest

from app.analysis.counted import counted


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1200, "1,200 rows")]
)
def test_a_number_has_the_form_of_its_noun(number: int, expected: str) -> None:
    assert counted(number, "row") == expected


def test_a_plural_of_its_own_is_given() -> None:
    assert counted(2, "class", "classes") == "2 classes"
