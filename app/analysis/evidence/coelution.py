"""Pairs of co-eluting peaks, of which one can be an in-source fragment of the other."""

from dataclasses import dataclass, replace

import numpy as np

from app.analysis.evidence.array_types import Array, Indices, Mask


@dataclass(frozen=True)
class CoelutingPairs:
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
    def none(cls) -> "CoelutingPairs":
        """No pairs at all."""
        no_index, no_number = np.zeros(0, dtype=np.int64), np.zeros(0)
        return cls(no_index, no_index, no_number, no_number, no_index)

    @classmethod
    def joined(cls, parts: list["CoelutingPairs"], blocks: list[slice]) -> "CoelutingPairs":
        """The pairs of consecutive blocks, as positions in the whole."""
        moved = [part.moved(block.start) for part, block in zip(parts, blocks, strict=True)]
        names = cls.__dataclass_fields__
        return cls(**{n: np.concatenate([getattr(part, n) for part in moved]) for n in names})

    def moved(self, by: int) -> "CoelutingPairs":
        """The same pairs, with ``by`` added to each position."""
        return replace(self, child=self.child + by, parent=self.parent + by)

    def only(self, which: Mask | slice) -> "CoelutingPairs":
        """The selected pairs."""
        names = self.__dataclass_fields__
        return CoelutingPairs(**{name: getattr(self, name)[which] for name in names})

    def within(self, block: slice) -> "CoelutingPairs":
        """The pairs of a block of whole samples, as positions in the block."""
        first, last = np.searchsorted(self.child, [block.start, block.stop])
        return self.only(slice(int(first), int(last))).moved(-block.start)
