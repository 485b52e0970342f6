"""What ``Ac`` means in a name, and how many O-acetyl groups its sialic acids can carry."""

from collections import Counter

from app.analysis.names.glycans.glycan_parts import UNCLEAR_ACETYL, Core, GlycanError, Words

SIALIC = ("NeuAc", "NeuGc", "KDN")
# A sialic acid has three hydroxyl groups that carry O-acetyl in nature (7, 8, 9; or 4), and no
# ganglioside is known with more than six.
MOST_ACETYLS_OF_ONE, MOST_ACETYLS = 3, 6


def name_acetyls(words: Words) -> None:
    """Say what each bare ``Ac`` is: NeuAc with ``Gc`` in a bracket (GD1a(Ac/Gc)), else O-acetyl.

    Raises:
        GlycanError: it can be either.
    """
    for part in words.parts:
        if part.name != "Ac":
            continue
        is_beside = part.group in words.replaced
        if is_beside != bool(part.group):  # GD1a-Gc-Ac, or NGcGD3(Ac)
            raise GlycanError(UNCLEAR_ACETYL)
        part.name = "NeuAc" if is_beside else "OAc"


def check_acetyls(core: Core, counts: Counter[str]) -> None:
    """Refuse numbers that no sialic acids can carry, which are positions or typing errors.

    Raises:
        GlycanError: the name has more O-acetyl groups.
    """
    sialic = max(1, sum(counts[name] for name in SIALIC))
    if counts["OAc"] > min(MOST_ACETYLS, MOST_ACETYLS_OF_ONE * sialic):
        raise GlycanError(f"{core.name} cannot have {counts['OAc']} O-acetyl groups")
