"""What is typed as the name of an account may be anything of any length."""

import time

import pytest

from app.db.accounts.errors import AccountError
from app.db.accounts.names import LONGEST_NAME, name_key
from app.db.accounts.store import require_name

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
