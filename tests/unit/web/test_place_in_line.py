"""A waiting job's place and wait, in the words of its page."""

import pytest

from app.web.streaming.progress_panel import place_in_line


@pytest.mark.parametrize(
    ("position", "wait_s", "words"),
    [
        (None, None, ""),
        (1, None, "next in line"),
        (2, 40, "2nd in line, about 40 s"),
        (3, 300, "3rd in line, about 5 min"),
        (11, None, "11th in line"),
        (112, None, "112th in line"),
        (1021, 9000, "1,021st in line, about 150 min"),
    ],
)
def test_a_place_is_described_in_words(
    position: int | None, wait_s: int | None, words: str
) -> None:
    assert place_in_line(position, wait_s) == words
