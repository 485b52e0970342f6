"""The equations of a result's models, with what they share said once."""

import re
from collections.abc import Sequence
from typing import NamedTuple

# Between the equation of a model and what its N means.
MEANING = ", N = "
TIME = "RT = "
BETWEEN_TERMS = re.compile(r" (?=[+-](?:\d| e\())")


class Equations(NamedTuple):
    """What all equations share, empty if nothing; and each equation by what is its own.

    The terms that all have are f in the equations, and N is what bends.
    """

    shared: list[str]
    own: list[str]


def split_equations(stored: Sequence[str]) -> Equations:
    """Split the terms and the meaning of N that all equations have from what is theirs alone."""
    split = [equation.partition(MEANING) for equation in stored]
    meanings = {meaning for _, _, meaning in split}
    if len(stored) < 2 or len(meanings) > 1:
        return Equations([], [*stored])
    terms = [BETWEEN_TERMS.split(equation.removeprefix(TIME)) for equation, _, _ in split]
    common = [term for term in terms[0] if all(term in others for others in terms)]
    shared = [f"f = {' '.join(common).removeprefix('+')}"] if common else []
    shared += [f"N = {meaning}" for meaning in meanings if meaning]
    if not shared:
        return Equations([], [*stored])
    end = ["+ f"] if common else []
    own = [
        TIME + " ".join([*(term for term in each if term not in common), *end]) for each in terms
    ]
    return Equations(shared, own)
