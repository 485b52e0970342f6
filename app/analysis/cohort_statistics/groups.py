"""The groups of replicates: named by the user, or suggested by the names of the samples."""

import re
from collections.abc import Mapping, Sequence

from app.analysis.names.cells.sample_roles import BLANK, QC, SAMPLE, STANDARD

# A number at the end of a name, with what stands before it: ``WT_1``, ``WT-rep2``, ``KO 03``.
_REPLICATE = re.compile(r"[\s_.-]*(?:rep(?:licate)?|bio|tech|no|nr|#)?[\s_.-]*\d+$", re.IGNORECASE)
OF_ROLES = {QC: "QC", BLANK: "", STANDARD: ""}


def suggested_groups(roles: Mapping[str, str]) -> dict[str, str]:
    """The group of each sample by its name without the number at its end; empty for none.

    Quality controls are a group of their own, blanks and standards are in none. A sample that
    would be alone in its group is in none, because nothing can be averaged.
    """
    found = {
        sample: _REPLICATE.sub("", sample).strip() if role == SAMPLE else OF_ROLES.get(role, "")
        for sample, role in roles.items()
    }
    sizes = {group: list(found.values()).count(group) for group in set(found.values())}
    return {sample: group if sizes[group] > 1 else "" for sample, group in found.items()}


def chosen_groups(samples: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """The groups that a user named, in the order of the samples; samples beyond are in none."""
    filled = [*names[: len(samples)], *[""] * (len(samples) - len(names))]
    return {sample: name.strip() for sample, name in zip(samples, filled, strict=True)}


def members(groups: Mapping[str, str]) -> dict[str, list[str]]:
    """The samples of each group, in the order of their first sample."""
    found: dict[str, list[str]] = {}
    for sample, group in groups.items():
        if group:
            found.setdefault(group, []).append(sample)
    return found
