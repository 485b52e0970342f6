"""Add up what the words of a name say of its glycan."""

from collections import Counter

import msgspec
from msgspec.structs import replace

from app.analysis.names.glycans.glycan_acetyls import SIALIC, check_acetyls, name_acetyls
from app.analysis.names.glycans.glycan_parts import Core, GlycanError, Part, Words
from app.analysis.names.isomers import LETTERS
from app.analysis.names.species import HEX_BY_SERIES, HEXNAC_BY_SERIES, SIALIC_BY_LETTER

# Words that stand for several sugars.
_SEVERAL = {
    "LacNAc": ("Hex", "HexNAc"),
    "Lex": ("Hex", "HexNAc", "dHex"),  # Lewis x, as in Lex-GM1
    "LacCer": ("Hex", "Hex"),
    "AcetylatedNeuAc": ("NeuAc",),
    "Gg3": ("Hex", "Hex", "HexNAc"),
    "Gg4": ("Hex", "Hex", "Hex", "HexNAc"),
}
# What may stand between a sialic acid and a core without making it a further one.
_NO_BRIDGE = (*SIALIC, "OAc", "SO3", "AcetylatedNeuAc")


class Glycan(msgspec.Struct, frozen=True):
    """A core and the sugars and groups in all, by the names of modifications."""

    core: Core
    counts: Counter[str]
    warnings: tuple[str, ...] = ()


def glycan_of(words: Words) -> Glycan:
    """The glycan that the words of a name give.

    Raises:
        GlycanError: they give none, or can be read in several ways.
    """
    name_acetyls(words)
    if not words.cores:
        glycan = _of_sugars(words)
    elif words.has_formula:
        glycan = _of_core_and_sugars(words)
    else:
        glycan = _of_core(words, _one_core(words))
    check_acetyls(glycan.core, glycan.counts)
    if words.later_isomer:
        glycan = _with_later_isomer(glycan, words.later_isomer)
    sialic = sum(glycan.counts[name] for name in SIALIC)
    if words.sialo is not None and words.sialo != sialic:
        raise GlycanError(f"it says {words.sialo} sialic acids, but its class has {sialic}")
    return glycan


def _with_later_isomer(glycan: Glycan, letter: str) -> Glycan:
    """The glycan with the letter after the ceramide; ``a/b`` leaves its isomer open."""
    core = glycan.core
    if letter == core.letter or ("/" in letter and not core.letter and not core.alpha):
        return glycan
    if core.letter or core.alpha:
        raise GlycanError(f"the letter {letter} after its ceramide contradicts its class")
    if letter in LETTERS.get(core.name, ()):
        core = replace(core, letter=letter)
        warning = f"The letter after the ceramide was read as the isomer {core.name}{letter}."
    else:
        warning = (
            f"The letter {letter} after the ceramide was not used, for it can be that of a peak; "
            f"if it is an isomer, write {core.name}{letter}."
        )
    return replace(glycan, core=core, warnings=(*glycan.warnings, warning))


def _of_core_and_sugars(words: Words) -> Glycan:
    """The glycan of a name with its class and the residues of it, as in GM3 (NeuAcHex2Cer)."""
    core = _one_core(words)
    unclear = GlycanError(f"it is not clear whether its sugars are those of {core.name} or more")
    try:
        glycan = _of_sugars(words)
    except GlycanError:
        raise unclear from None
    added = glycan.counts.total() - sum(glycan.counts[name] for name in (*SIALIC, "Hex", "HexNAc"))
    is_same = (core.sialic, core.series) == (glycan.core.sialic, glycan.core.series)
    is_whole = (glycan.counts["Hex"], glycan.counts["HexNAc"]) == (
        HEX_BY_SERIES[core.series],
        HEXNAC_BY_SERIES[core.series],
    )
    if added or not is_same or not is_whole:
        raise unclear
    return Glycan(core, glycan.counts, glycan.warnings)


def _one_core(words: Words) -> Core:
    """The core, without isomer where several are left open as in GD1a/GD1b."""
    cores = words.cores
    if words.is_asialo:
        if words.replaced or not {core.sialic for core in cores} <= {"A", "M"}:
            raise GlycanError("asialo is said of a class with several sialic acids")
        cores = [Core("A", core.series, None, None) for core in cores]
    if len({core.name for core in cores}) > 1:
        raise GlycanError("it names several classes")
    if len(set(cores)) == 1:
        return cores[0]
    return Core(cores[0].sialic, cores[0].series, None, None)


def _of_core(words: Words, core: Core) -> Glycan:
    counts = Counter(
        Hex=HEX_BY_SERIES[core.series],
        HexNAc=HEXNAC_BY_SERIES[core.series],
        NeuAc=SIALIC_BY_LETTER[core.sialic],
    )
    own: Counter[str] = Counter()
    of_core = _sialic_of_core(words.parts)
    for part in words.parts:
        if part.name == "AcetylatedNeuAc":  # one of those that the core has
            continue
        chosen = own if part in of_core else counts
        for name in _SEVERAL.get(part.name, (part.name,)):
            chosen[name] += part.count
    if words.replaced:
        if own["NeuGc"] + own["KDN"]:
            raise GlycanError("it says twice which sialic acids it has")
        own["NeuGc"] = len(words.replaced)
    warning = _replace_sialic(counts, own, core)
    return Glycan(core, counts, (*words.warnings, *warning))


def _sialic_of_core(parts: list[Part]) -> list[Part]:
    """The parts that say which sialic acids the core has; those after a plus are further ones.

    Before a core a sialic acid is the core's own (NeuGc-GM3), unless other sugars stand between
    them (NeuGc-LacNAc-GM1).
    """
    has_sugar_before = any(part.is_before_core and part.name not in _NO_BRIDGE for part in parts)
    return [
        part
        for part in parts
        if part.name in SIALIC
        and not part.is_added
        and not (part.is_before_core and has_sugar_before)
    ]


def _replace_sialic(counts: Counter[str], own: Counter[str], core: Core) -> tuple[str, ...]:
    """Put the sialic acids that a name says in the place of the core's NeuAc."""
    if not own:
        return ()
    sialic, named = SIALIC_BY_LETTER[core.sialic], own.total()
    if named > sialic or (named < sialic and own["NeuAc"]):
        raise GlycanError(
            f"{core.name} has {sialic} sialic acids, and it is not clear which of them it names; "
            "write +NeuAc or +NeuGc for a further one"
        )
    counts["NeuAc"] -= named - own["NeuAc"]
    counts["NeuGc"] += own["NeuGc"]
    counts["KDN"] += own["KDN"]
    if named == sialic:
        return ()
    names = " and ".join(f"{count} {name}" for name, count in own.items() if count)
    return (f"{names} was read in the place of NeuAc; the other sialic acids as NeuAc.",)


def _of_sugars(words: Words) -> Glycan:
    """The glycan of a residue formula such as NeuAc2Hex3HexNAcCer, with the core it amounts to."""
    counts: Counter[str] = Counter()
    for part in words.parts:
        for name in _SEVERAL.get(part.name, (part.name,)):
            counts[name] += part.count
    if not counts:
        raise GlycanError("it names no class of gangliosides")
    sialic = sum(counts[name] for name in SIALIC)
    if not sialic or words.replaced:
        raise GlycanError("it has no sialic acid, so it is no ganglioside")
    letter = next((key for key, number in SIALIC_BY_LETTER.items() if number == sialic), None)
    if letter is None:
        raise GlycanError(f"no class of gangliosides has {sialic} sialic acids")
    for series in sorted(HEX_BY_SERIES):
        if counts["Hex"] >= HEX_BY_SERIES[series] and counts["HexNAc"] >= HEXNAC_BY_SERIES[series]:
            core = Core(letter, series, None, None)
            return Glycan(core, counts, (*words.warnings, *_lacto_warning(words, core)))
    raise GlycanError("it has no hexose, so it is no ganglioside")


def _lacto_warning(words: Words, core: Core) -> tuple[str, ...]:
    if not words.has_lacto_sugar:
        return ()
    return (f"GlcNAc is in no {core.name}; the name was read by its composition alone.",)
