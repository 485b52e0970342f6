"""The peaks of a run whose class a library knows, and where the library has their species."""

import numpy as np

from app.analysis.counted import counted
from app.analysis.evidence.array_types import Array, Mask
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.library.agreement import CERAMIDES
from app.analysis.library.law import RetentionLaw
from app.analysis.library.time_map import Pairs
from app.analysis.model.fit.training import is_largest, may_be_part
from app.analysis.model.law.candidates import Candidates
from app.analysis.names.species_table import SpeciesTable

# How likely a label is right before times are compared (the simulator and porcine brain): that of
# an anchor, of an anchor that may be a fragment, of the largest peak of a name, and of others.
ANCHOR, ANCHOR_WITH_PARENT, LARGEST, OTHER = 0.9, 0.6, 0.55, 0.2
WITH_PARENT = 0.1
# Of a species outside of the carbons that its class was fitted to, the error grows with each.
SD_PER_CARBON_MIN = 0.02


def pairs_of(arrays: PeakArrays, law: RetentionLaw) -> tuple[Pairs, Candidates]:
    """The pairs of peaks and groups of the library; peaks of other classes have none."""
    candidates = Candidates.of(arrays.species_table, library_groups(law, arrays.species_table))
    place = candidates.place[arrays.species]
    peak, column = np.nonzero(place >= 0)
    at = place[peak, column]
    times = law.predict(candidates.table, candidates.levels)
    pairs = Pairs(
        peak=peak,
        library_min=times[at],
        time_min=arrays.time_min[peak],
        sd_min=_errors(candidates.table, law)[at] * arrays.time_scale / law.time_scale,
        trust=np.where(np.any(place >= 0, axis=1), _trust(arrays), 0.0),
        weight=arrays.count,
    )
    return pairs, candidates


def library_groups(law: RetentionLaw, names: SpeciesTable) -> SpeciesTable:
    """The groups of the library that the names of a table can belong to."""
    met = set(names["prefix"])
    groups = [each for each in law.groups if each.prefix in met]
    return SpeciesTable(
        {
            "prefix": np.array([each.prefix for each in groups], dtype=object),
            "group": np.array([each.group for each in groups], dtype=object),
            "isomer": np.array([each.isomer for each in groups], dtype=object),
            "late": np.array([each.late for each in groups], dtype=np.int32),
        }
    )


def kinds_of(
    arrays: PeakArrays, law: RetentionLaw, is_judged: Mask
) -> tuple[dict[str, Mask], Array]:
    """The classes and kinds of ceramide, each with its peaks (n,) and the error of the library.

    Only the peaks that ``is_judged`` (n,) has are among them.
    """
    errors: dict[str, float] = {}
    for each in law.groups:
        errors[each.prefix] = max(errors.get(each.prefix, 0.0), each.standard_error_min)
    prefixes, bonds, hydroxyls = (
        arrays.species_table[name][arrays.species]
        for name in ("prefix", "double_bonds", "hydroxyls")
    )
    met = [prefix for prefix in sorted(errors) if np.any(prefixes == prefix)]
    kinds: dict[str, Mask] = {prefix: is_judged & (prefixes == prefix) for prefix in met}
    allowed = [errors[prefix] for prefix in met]
    is_known = is_judged & np.isin(prefixes, met)
    for text, values in (("double bond", bonds), ("hydroxyl", hydroxyls)):
        for value in np.unique(values[is_known]).tolist():
            kinds[f"{CERAMIDES} {counted(int(value), text)}"] = is_known & (values == value)
            allowed.append(0.0)
    return kinds, np.array(allowed)


def _trust(arrays: PeakArrays) -> Array:
    is_part = may_be_part(arrays)
    trust = np.where(is_largest(arrays), LARGEST, np.where(is_part, WITH_PARENT, OTHER))
    of_anchor = np.where(is_part, ANCHOR_WITH_PARENT, ANCHOR)
    found: Array = np.where(arrays.anchor, of_anchor, trust) * ~arrays.has_other_mass
    return found


def _errors(table: SpeciesTable, law: RetentionLaw) -> Array:
    """The error of the library for each candidate, in minutes of its run."""
    known = [law.by_group[group] for group in table["group"]]
    carbons = table["carbons"].astype(np.float64)
    least = np.array([each.least_carbons for each in known])
    most = np.array([each.most_carbons for each in known])
    outside = np.maximum(np.maximum(least - carbons, carbons - most), 0)
    error = np.array([each.standard_error_min for each in known])
    found: Array = np.hypot(error, outside * SD_PER_CARBON_MIN * law.time_scale)
    return found
