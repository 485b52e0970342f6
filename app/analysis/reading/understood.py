"""Count what a reading understood of a table: names, species, classes, anchors and samples."""

import msgspec
import polars as pl

from app.analysis.counted import counted
from app.analysis.names.name_table import parse_names

EXAMPLES, LONGEST_NAME = 5, 80


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a table is understood.

    ``names`` are the different names of the rows with a name, ``names_read`` those that are a
    ganglioside's, and ``unread_names`` the first of the others. ``anchors`` counts rows.
    """

    names: int
    names_read: int
    species: int
    classes: int
    anchors: int
    samples: int
    unread_names: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The counts in words."""
        return (
            f"{self.names_read:,} of {counted(self.names, 'name')} read: {self.species:,} species "
            f"of {counted(self.classes, 'class', 'classes')}, {counted(self.anchors, 'anchor')}, "
            f"{counted(self.samples, 'sample')}."
        )


def understood_of(peaks: pl.DataFrame) -> Understood:
    """Count what is understood of the peaks of a table (one row each)."""
    names = parse_names(peaks["name"].drop_nulls().unique(maintain_order=True).to_list())
    unread = names.filter(pl.col("species").is_null())["name"]
    return Understood(
        names=names.height,
        names_read=names.height - unread.len(),
        species=names["species"].drop_nulls().n_unique(),
        classes=names["prefix"].drop_nulls().n_unique(),
        anchors=int(peaks["anchor"].sum()),
        samples=peaks["sample"].n_unique(),
        unread_names=tuple(name[:LONGEST_NAME] for name in unread.head(EXAMPLES)),
    )
