"""Pairs of co-eluting peaks, of which one can be an in-source fragment of the other."""

from functools import cache
from typing import Any, Self, get_type_hints

import msgspec
import numpy as np
from msgspec.structs import astuple, replace

from app.analysis.evidence.array_types import Array, Indices, Mask


class CoelutingPairs(msgspec.Struct, frozen=True, eq=False):
    """Pairs of co-eluting peaks; the ``child`` can be the ``parent`` less some sugars.

    All arrays have shape (pairs,) and are sorted by child. ``child`` and ``parent`` are positions
    in the peak arrays, ``difference_min`` is the retention time of the child minus that of the
    parent, ``log_ratio`` log10 of the child's area over the parent's, and ``lost`` the number of
    sugars lost.
    """

    child: Indices
    parent: Indices
    difference_min: Array
    log_ratio: Array
    lost: Indices

    @classmethod
    def none(cls) -> Self:
        """No pairs at all."""
        return cls(**_no_columns(cls))

    @classmethod
    def joined(cls, parts: list[Self], blocks: list[slice]) -> Self:
        """The pairs of consecutive blocks, as positions in the whole."""
        moved = [part.moved(block.start) for part, block in zip(parts, blocks, strict=True)]
        columns = zip(*map(astuple, moved), strict=True)
        return cls(*map(np.concatenate, columns))

    def moved(self, by: int) -> Self:
        """The same pairs, with ``by`` added to each position."""
        return replace(self, child=self.child + by, parent=self.parent + by)

    def only(self, which: Mask | slice) -> Self:
        """The selected pairs."""
        # Several arrays are selected by places in a fraction of the time of a mask.
        at = which if isinstance(which, slice) else np.flatnonzero(which)
        return type(self)(*(column[at] for column in astuple(self)))

    def within(self, block: slice) -> Self:
        """The pairs of a block of whole samples, as positions in the block."""
        first, last = np.searchsorted(self.child, [block.start, block.stop])
        return self.only(slice(int(first), int(last))).moved(-block.start)


class IonPairs(CoelutingPairs, frozen=True, eq=False):
    """Pairs of co-eluting peaks of which the label of one has the mass of an ion of the other.

    ``kind`` is a number into ``ION_KINDS`` and ``ppm`` the mass of the child's label less that of
    the ion. ``log_ratio`` is relative to what the isotopes of the parent predict, where they do.
    """

    kind: Indices
    ppm: Array


@cache  # to look up the types takes longer than a rule on few peaks
def _no_columns(kind: type[CoelutingPairs]) -> dict[str, Any]:
    return {
        name: np.zeros(0, dtype=np.float64 if each is Array else np.int64)
        for name, each in get_type_hints(kind).items()
    }
