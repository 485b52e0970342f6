"""Which addresses e-mails are sent to: one mailbox, and nothing that could become a header."""

import pytest

from app.db.notifications.email_choices import is_one_address


@pytest.mark.parametrize(
    "text",
    [
        *("a@b\nBcc: c@d", "a@b\r\n", "a@b,c@d", "Ada <a@b>", "a@b;c@d", "a b@c", "@b", "a@", "a"),
        *('"a"@b', "a@[127.0.0.1]", "a@b@c", "a@b (x)", "a\x00@b", "x" * 250 + "@b.example", ""),
    ],
)
def test_texts_that_are_not_one_address_are_recognized(text: str) -> None:
    assert not is_one_address(text)


@pytest.mark.parametrize(
    "text", ["ada@lab.example", "a.da+jobs@lab.example", "o'neill@lab.example"]
)
def test_one_address_is_taken(text: str) -> None:
    assert is_one_address(text)
