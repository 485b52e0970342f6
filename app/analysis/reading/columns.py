"""Which column of a table is which: the roles a peak table has, and the headers they go by."""

from collections.abc import Mapping, Sequence

from app.analysis.errors import PeakTableError

Headers = Mapping[str, tuple[str, ...]]

# Role: the headers it goes by, compared without case, spaces and punctuation; the first that is
# there is taken.
RECOGNISED: Headers = {
    "name": (
        *("name", "species", "lipid", "ganglioside", "compound", "annotation"),
        *("compoundname", "lipidname", "speciesname", "gangliosidename", "lipidspecies"),
    ),
    "rt": (
        *("rt", "rtmin", "rtminutes", "retentiontime", "retentiontimemin"),
        *("retentiontimeminutes", "apexrt", "apexrtmin"),
    ),
    "volume": (
        *("volume", "area", "peakarea", "peakvolume", "intensity", "abundance"),
        *("volumeau", "areaau", "peakareaau", "peakvolumeau"),
    ),
    "log_p": ("logp", "clogp", "xlogp", "alogp"),
    "anchor": ("anchor", "isanchor", "anchortf", "anchors"),
    "sample": ("sample", "samplename", "sampleid"),
    "mz": ("mz", "precursormz"),
    "adduct": ("adduct", "adducttype"),
}
NEEDED = {"name": "Name", "rt": "RT", "volume": "Volume"}
MOST_LISTED, LONGEST_LISTED = 30, 60
NUMBERS = ("rt", "volume", "log_p", "mz")


def known_columns(header: Sequence[str], names: Headers = RECOGNISED) -> dict[str, str]:
    """The header of each role that goes by one of its names."""
    folded = {fold(name): name for name in reversed(header)}
    return {
        role: next(folded[name] for name in known if name in folded)
        for role, known in names.items()
        if any(name in folded for name in known)
    }


def check_mapping(header: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Refuse a mapping (role to header, empty for none) to what is not there.

    Raises:
        PeakTableError: there is no such role or no such column.
    """
    unknown = sorted(set(mapping) - set(RECOGNISED))
    if unknown:
        raise PeakTableError(
            f"The mapping names {', '.join(unknown)}; a peak table has {', '.join(RECOGNISED)}."
        )
    absent = sorted(set(mapping.values()) - {*header, ""})
    if absent:
        raise PeakTableError(
            f"The mapping names columns the table lacks: {quoted_list(absent)}. "
            f"It has: {quoted_list(header)}."
        )


def quoted_list(header: Sequence[str]) -> str:
    """The columns as a sentence names them: not all of very many, nor the whole of long ones."""
    names = ", ".join(repr(name[:LONGEST_LISTED]) for name in header[:MOST_LISTED])
    more = len(header) - MOST_LISTED
    return f"{names} and {more:,} more" if more > 0 else names or "nothing"


def fold(header: str) -> str:
    """A header as it is compared: small letters and digits alone."""
    return "".join(character for character in header.casefold() if character.isalnum())
