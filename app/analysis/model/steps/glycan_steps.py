"""Which prefixes differ by one step: a modification, or a sialic acid in one series."""

from collections.abc import Container

SERIES = "MDTQP"


def without_one_modification(prefix: str, present: Container[str]) -> list[tuple[str, str]]:
    """Each modification of a prefix, and the prefix without it, if that is among ``present``."""
    core, *modifications = prefix.split("+")
    found = []
    for place, modification in enumerate(modifications):
        base = "+".join([core, *modifications[:place], *modifications[place + 1 :]])
        if base in present:
            found.append((modification, base))
    return found


def with_one_sialic_acid_less(prefix: str) -> str:
    """The prefix of the same series with one sialic acid less; empty if there is none."""
    step = SERIES.index(prefix[1]) if prefix[1] in SERIES else 0
    return f"G{SERIES[step - 1]}{prefix[2]}" if step else ""
