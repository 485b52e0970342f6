"""Whether the column of a run is that of a library, by classes and kinds of ceramide.

On the same column a change of the gradient moves all that elutes at one time together. So once the
map is known, the peaks of each class, of each number of double bonds and of hydroxyls must lie at
it. Where those of a class lie elsewhere together, the column differs, unless they may be fragments.
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.library.time_map import Pairs, TimeMap, responsibilities

# Peaks of a class are looked for up to this far from the map, in steps, and those of a class on the
# same column lie at most this far from it; in minutes of porcine brain.
SEARCHED_MIN, STEP_MIN, ALLOWED_MIN = 0.8, 0.02, 0.08
# Peaks of a class lie together within at most this (in minutes of porcine brain), so that a wide
# spread about the map hides no class that has moved.
WIDEST_MIN = 0.08
# How the name of a kind of ceramide begins; other parts are classes.
CERAMIDES = "ceramides with"


class Part(msgspec.Struct, frozen=True):
    """A class or a kind of ceramide: its peaks lie together ``shift_min`` from the map.

    ``evidence`` is how much likelier (natural log) some such place is, all being equally likely
    before, than the best one that the library allows.
    """

    name: str
    shift_min: float
    evidence: float

    @property
    def is_modified(self) -> bool:
        """Whether it is a class with a modification, such as GD1+OAc."""
        return "+" in self.name


class Agreement(msgspec.Struct, frozen=True):
    """How far the peaks of a run agree with a library.

    ``explained`` is the number of peaks that lie at the map, ``expected`` how many should,
    ``parts`` are those that lie elsewhere, the clearest first, ``moved`` their evidence as a share
    of all evidence that any peak lies where the library says.
    """

    explained: float
    expected: float
    parts: tuple[Part, ...]
    moved: float


def compare(
    pairs: Pairs, found: TimeMap, kinds: dict[str, Mask], allowed_min: Array, time_scale: float
) -> Agreement:
    """Compare the peaks with the map; ``kinds`` are the parts, each a mask (n,) of peaks.

    ``allowed_min`` (parts,) is the error of the library on each part.
    """
    off = pairs.time_min - found(pairs.library_min)
    window = float(np.ptp(pairs.time_min)) or time_scale
    shares = responsibilities(pairs, off, found.width_min, window)
    width = min(_width_within(pairs, off, shares, kinds), WIDEST_MIN * time_scale)
    places = np.arange(-SEARCHED_MIN, SEARCHED_MIN + STEP_MIN / 2, STEP_MIN) * time_scale
    gain = np.stack([_gain(pairs, off - place, width, window) for place in places]) * pairs.weight
    parts = list(_moved(kinds, gain, places, allowed_min, time_scale))
    total = float(np.maximum(gain[len(places) // 2], 0).sum())
    moved = sum(part.evidence for part in parts)
    parts.sort(key=lambda part: -part.evidence)
    return Agreement(
        explained=float(shares @ pairs.weight[pairs.peak]),
        expected=float(pairs.trust @ pairs.weight),
        parts=tuple(parts),
        moved=moved / max(moved + total, 1e-9),
    )


def _gain(pairs: Pairs, off: Array, width: float, window: float) -> Array:
    """How much likelier (natural log) each peak is at its candidates than anywhere, (n,)."""
    sd, peaks = np.hypot(width, pairs.sd_min), len(pairs.trust)
    candidates = np.bincount(pairs.peak, minlength=peaks)[pairs.peak]
    density = np.exp(-0.5 * (off / sd) ** 2) / (sd * np.sqrt(2 * np.pi) * candidates)
    here = np.bincount(pairs.peak, density, peaks)
    gain: Array = np.log(pairs.trust * here + (1 - pairs.trust) / window) + np.log(window)
    return gain


def _width_within(pairs: Pairs, off: Array, shares: Array, kinds: dict[str, Mask]) -> float:
    """The standard deviation of peaks about the middle of their class, in minutes."""
    number = np.zeros(len(pairs.trust), dtype=np.int64)
    for place, mask in enumerate(kinds.values(), start=1):
        number[mask & (number == 0)] = place
    of_pairs = number[pairs.peak]
    total = np.maximum(np.bincount(of_pairs, shares), 1e-9)
    middle = np.bincount(of_pairs, shares * off) / total
    spread = np.bincount(of_pairs, shares * (off - middle[of_pairs]) ** 2)
    return float(np.sqrt(spread.sum() / max(total.sum() - len(total), total.sum() / 2)))


def _moved(
    kinds: dict[str, Mask], gain: Array, places: Array, allowed: Array, time_scale: float
) -> Iterator[Part]:
    for (name, mask), error in zip(kinds.items(), allowed.tolist(), strict=True):
        of_part = gain[:, mask].sum(axis=1)
        is_allowed = np.abs(places) <= np.hypot(ALLOWED_MIN * time_scale, 2 * error) + 1e-9
        best = int(of_part.argmax())
        elsewhere = float(np.logaddexp.reduce(of_part[~is_allowed]) - np.log((~is_allowed).sum()))
        evidence = elsewhere - float(of_part[is_allowed].max())
        if evidence > 0:
            yield Part(name, float(places[best]), evidence)
