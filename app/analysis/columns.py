"""Which column of a table is which: the roles a peak table has, and the headers they go by."""

from collections.abc import Mapping, Sequence

from app.analysis.errors import PeakTableError

# Role: the headers it goes by, compared without case, spaces and punctuation; the first that is
# there is taken.
RECOGNISED: dict[str, tuple[str, ...]] = {
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
NUMBERS = ("rt", "volume", "log_p", "mz")


def recognise_columns(
    header: Sequence[str], mapping: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The header of each role that was found; ``mapping`` (role to header) goes before.

    Raises:
        PeakTableError: a needed column is missing, or the mapping names what is not there.
    """
    mapping = mapping or {}
    _check_mapping(header, mapping)
    found = known_columns(header) | dict(mapping)
    missing = [title for role, title in NEEDED.items() if role not in found]
    if missing:
        raise PeakTableError(
            f"The peak table lacks the column{'s'[: len(missing) != 1]} {', '.join(missing)}. "
            f"Its first row has: {', '.join(map(repr, header)) or 'nothing'}. Rename the columns, "
            "or say which is which, and try again."
        )
    return found


def known_columns(header: Sequence[str]) -> dict[str, str]:
    """The header of each role that goes by one of its usual names."""
    folded = {_fold(name): name for name in reversed(header)}
    return {
        role: next(folded[name] for name in names if name in folded)
        for role, names in RECOGNISED.items()
        if any(name in folded for name in names)
    }


def _check_mapping(header: Sequence[str], mapping: Mapping[str, str]) -> None:
    unknown = sorted(set(mapping) - set(RECOGNISED))
    if unknown:
        raise PeakTableError(
            f"The mapping names {', '.join(unknown)}; a peak table has {', '.join(RECOGNISED)}."
        )
    absent = sorted(set(mapping.values()) - set(header))
    if absent:
        raise PeakTableError(
            f"The mapping names columns the table lacks: {', '.join(absent)}. "
            f"It has: {', '.join(map(repr, header))}."
        )


def _fold(header: str) -> str:
    return "".join(character for character in header.casefold() if character.isalnum())
