"""How likely a class has a ceramide."""

import numpy as np

from app.analysis.targets.found_ceramides import FoundCeramides

# Carbons 34 to 43 with one double bond.
CERAMIDES = np.array([(carbons, 1, 2) for carbons in range(34, 44)])


def _found(*lines: str) -> FoundCeramides:
    """Classes as lines, with an x where the ceramide of the column was picked."""
    return FoundCeramides(np.array([[cell == "x" for cell in line] for line in lines]), CERAMIDES)


def test_a_gap_in_a_series_that_other_classes_have_is_likely() -> None:
    found = _found("xxxxxxx...", "xxxxxxx...", "xxx.xxx...", "xxxxxxx..x")
    gap, beyond = found.probability[2, 3], found.probability[2, 8]
    assert gap > 0.7
    assert beyond < 0.2


def test_other_classes_and_neighbours_are_counted_without_the_pair_itself() -> None:
    found = _found("xx........", "x.........", "x........x")
    assert found.classes_with[0, :3].tolist() == [2, 0, 0]
    assert found.neighbours_with[0, :4].tolist() == [1, 1, 2, 1]
    assert found.neighbours_with[2, 7:].tolist() == [1, 1, 0]


def test_ceramides_with_other_hydroxyls_are_no_neighbours() -> None:
    ceramides = np.array([(36, 1, 2), (36, 1, 3), (38, 2, 2), (38, 3, 2)])
    near = FoundCeramides(np.ones((1, 4), dtype=bool), ceramides).is_near
    assert near[0].tolist() == [False, False, True, False]


def test_the_probabilities_are_those_that_were_found() -> None:
    """Where each pair was drawn with a known probability, the share among similar ones is right."""
    random = np.random.default_rng(1)
    share = np.outer(random.uniform(0.2, 1, 40), random.uniform(0.2, 1, 10))
    drawn = random.random(share.shape) < share
    found = FoundCeramides(drawn, CERAMIDES).probability
    assert abs(found.mean() - drawn.mean()) < 0.01
    likely = found > np.median(found)
    assert abs(found[likely].mean() - drawn[likely].mean()) < 0.05
    assert abs(found[~likely].mean() - drawn[~likely].mean()) < 0.05


def test_a_table_in_which_all_was_picked_does_not_break_it() -> None:
    found = _found("xxxxxxxxxx", "xxxxxxxxxx").probability
    assert np.isfinite(found).all()
    assert (found > 0.5).all()
