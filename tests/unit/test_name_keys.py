"""What is typed as the name of an account may be anything of any length."""

import time

import pytest

from app.db.accounts.errors import AccountError
from app.db.accounts.names import LONGEST_NAME, name_key, require_name, require_new_name

LONGEST_WAIT_S = 0.5


def test_a_name_of_marks_without_end_takes_no_time() -> None:
    """Unicode's normal form sorts combining marks in quadratic time: these took 2.6 s."""
    endless = "a" + "\u0301\u0316" * 12_000
    began = time.process_time()
    assert name_key(endless) != name_key("a")
    with pytest.raises(AccountError):
        require_name(endless)
    assert time.process_time() - began < LONGEST_WAIT_S


def test_the_longest_name_is_the_same_in_every_form() -> None:
    name = "\u00e9" * LONGEST_NAME
    assert require_name("e\u0301" * LONGEST_NAME) == name
    assert name_key("E\u0301" * LONGEST_NAME) == name_key(name)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("\u0430da@lab.example", "Cyrillic and Latin in one word"),  # a Cyrillic a
        ("ada@l\u03b1b.example", "Greek and Latin in one word"),
        ("ada@lab.example.", "end with a dot"),
        ("ada\u200b@lab.example", "a word of 1 to"),
        ("ada @lab.example", "a word of 1 to"),
    ],
)
def test_a_new_name_that_imitates_another_is_refused(typed: str, why: str) -> None:
    with pytest.raises(AccountError, match=why):
        require_new_name(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "ada@lab.example",
        "\u0438\u0432\u0430\u043d@lab.example",
        "\u5c71\u7530\u30bfken",
        "m\u00fcller_2",
    ],
)
def test_a_new_name_may_have_any_script(typed: str) -> None:
    assert require_new_name(typed) == typed


def test_a_name_that_differs_by_space_case_or_width_is_the_same() -> None:
    typed = (" ada@lab.example ", "ADA@lab.example", "ada\uff20lab.example", "ada@lab.example\n")
    assert {name_key(each) for each in typed} == {"ada@lab.example"}


def test_an_account_with_a_mixed_name_is_still_found() -> None:
    assert require_name("\u0430da@lab.example") == "\u0430da@lab.example"
