"""Why a library cannot be used for a run, in a sentence for a chemist."""

from app.analysis.counted import counted
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.library.agreement import CERAMIDES, Agreement, Part
from app.analysis.library.law import RetentionLaw
from app.analysis.library.run_charts import DIFFERS
from app.analysis.library.time_map import TimeMap

# The least number of peaks that can be compared, and the share of them that lies at the map.
LEAST_PEAKS, LEAST_SHARE = 8.0, 0.5
# A run is of another column if the evidence (natural log) that a part has moved exceeds this, or if
# that of all parts exceeds this share of all evidence. The few peaks of a modified class may be
# fragments of species that were not picked, so one alone says nothing.
CLEAR, MOST_MOVED = 10.0, 0.04
# Peaks of one column lie within this about the map, in minutes of porcine brain; in the noisiest
# simulated runs of the same column within 0.10.
WIDEST_MIN = 0.14
SHOWN_PARTS = 3
NO_PEAK = "No peak is likely to be the species of its label where the library has it."


def refusal_of(
    found: TimeMap | None, agreement: Agreement | None, arrays: PeakArrays, law: RetentionLaw
) -> str | None:
    """The reason to refuse a library, None if it can be used."""
    if found is None or agreement is None:
        return "No class or isomer of this table is in the library."
    if agreement.expected < LEAST_PEAKS:
        return (
            f"About {counted(round(agreement.expected), 'peak')} can be compared with the library; "
            f"it takes {LEAST_PEAKS:.0f} to tell that the column is the same."
        )
    if found.scale <= 0:
        return "The retention times of this table do not rise with those of the library."
    return _difference(found, agreement, arrays, law)


def _difference(
    found: TimeMap, agreement: Agreement, arrays: PeakArrays, law: RetentionLaw
) -> str | None:
    """What differs from the library, None if nothing does: classes, the spread, or most peaks."""
    moved = [part for part in agreement.parts if part.evidence > CLEAR and not part.is_modified]
    if agreement.moved > MOST_MOVED or moved:
        return f"The {DIFFERS}: {_parts(moved or list(agreement.parts))}."
    if found.width_min > WIDEST_MIN * arrays.time_scale:
        return (
            f"Peaks lie {found.width_min:.2f} min about where the library has them, but "
            f"{law.peak_sd_min * found.scale:.2g} min in its own run. The {DIFFERS}."
        )
    if agreement.explained < LEAST_SHARE * agreement.expected:
        return (
            f"Only {agreement.explained:.0f} of about {agreement.expected:.0f} peaks elute in the "
            f"order and at the distances of the library, so the {DIFFERS}."
        )
    return None


def _parts(parts: list[Part]) -> str:
    shown = [
        f"{part.name} elute{'' if part.name.startswith(CERAMIDES) else 's'} "
        f"{abs(part.shift_min):.2g} min "
        f"{'later' if part.shift_min > 0 else 'earlier'} than the library says"
        for part in parts[:SHOWN_PARTS]
    ]
    more = len(parts) - SHOWN_PARTS
    return ", ".join([*shown, *([f"and {more} more elute elsewhere"] if more > 0 else [])])
