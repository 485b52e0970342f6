"""The three probabilities of a row, in whole percent."""

import polars as pl
import pytest

from app.web.features.results.probabilities import Probabilities, probabilities

NAMES = ("p_true", "p_fragment", "p_virtual", "p_ion", "p_unpicked_ion", "p_other")


def _notes(*shares: float | None) -> pl.LazyFrame:
    return pl.LazyFrame(
        {"row": [3], **{name: [it] for name, it in zip(NAMES, shares, strict=True)}}
    )


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((0.0, 0.7, 0.3, 0.0, 0.0, 0.0), (0, 100, 0)),
        ((1 / 3, 1 / 3, 0.0, 0.0, 0.0, 1 / 3), (34, 33, 33)),
        ((0.005, 0.0, 0.0, 0.4, 0.59, 0.005), (1, 99, 0)),
        ((0.996, 0.001, 0.001, 0.001, 0.0, 0.001), (100, 0, 0)),
    ],
)
def test_they_add_up_to_100(shares: tuple[float, ...], expected: tuple[int, int, int]) -> None:
    found = probabilities(_notes(*shares), [3])
    assert found == {3: Probabilities(*expected)}
    assert sum(found[3]) == 100


def test_a_row_that_was_not_judged_has_none() -> None:
    assert probabilities(_notes(*[None] * 6), [3]) == {}


def test_notes_of_an_earlier_version_lack_other_ions() -> None:
    notes = _notes(0.2, 0.5, 0.1, 0.0, 0.0, 0.2).drop("p_ion", "p_unpicked_ion")
    assert probabilities(notes, [3]) == {3: Probabilities(20, 60, 20)}
    assert probabilities(notes.drop("p_other"), [3]) == {3: Probabilities(25, 75, 0)}
