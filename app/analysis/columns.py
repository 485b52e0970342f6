"""Which column of a table is which: the roles a peak table has, and the headers they go by."""

from collections.abc import Mapping, Sequence

from app.analysis.errors import PeakTableError

# Role: the headers it goes by, compared without case, spaces, punctuation and units.
HEADERS: dict[str, tuple[str, ...]] = {
    "name": ("name", "species", "lipid", "compound", "compoundname", "lipidname"),
    "rt": ("rt", "rtmin", "retentiontime", "retentiontimemin"),
    "volume": ("volume", "area", "peakarea", "peakvolume", "intensity", "volumeau"),
    "log_p": ("logp", "clogp", "xlogp"),
    "anchor": ("anchor", "isanchor"),
    "sample": ("sample", "samplename", "sampleid"),
    "mz": ("mz", "precursormz"),
    "adduct": ("adduct", "adducttype"),
}
NEEDED = {"name": "Name", "rt": "RT", "volume": "Volume"}


def recognise_columns(
    header: Sequence[str], mapping: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The header of each role that was found; ``mapping`` (role to header) goes before.

    Raises:
        PeakTableError: a needed column is missing, or the mapping names one that is not there.
    """
    found = _by_header(header) | dict(mapping or {})
    unknown = sorted(set(found.values()) - set(header))
    missing = [title for role, title in NEEDED.items() if role not in found]
    if unknown:
        raise PeakTableError(f"The mapping names columns the table lacks: {', '.join(unknown)}.")
    if missing:
        raise PeakTableError(
            f"The peak table lacks the column{'s'[: len(missing) != 1]} {', '.join(missing)}. "
            f"It has: {', '.join(map(repr, header)) or 'none'}. Rename the columns and try again."
        )
    return found


def _by_header(header: Sequence[str]) -> dict[str, str]:
    folded = {_fold(name): name for name in reversed(header)}
    return {
        role: next(folded[name] for name in names if name in folded)
        for role, names in HEADERS.items()
        if any(name in folded for name in names)
    }


def _fold(header: str) -> str:
    return "".join(character for character in header.casefold() if character.isalnum())
