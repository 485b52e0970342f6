"""Numbers with their nouns, and lists."""

import pytest

from app.analysis.counted import counted, listed


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1200, "1,200 rows")]
)
def test_a_number_has_the_form_of_its_noun(number: int, expected: str) -> None:
    assert counted(number, "row") == expected


def test_a_plural_of_its_own_is_given() -> None:
    assert counted(2, "class", "classes") == "2 classes"


def test_names_are_listed_as_in_a_sentence() -> None:
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]
