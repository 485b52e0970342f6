"""Add up a ceramide as written, and refuse one that can be read in several ways."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.analysis.names.ceramide_words import CeramideError, WrittenCeramide, WrittenChain

# Hydroxyls of a sphingoid base by its old prefix.
HYDROXYLS_BY_BASE = {"m": 1, "d": 2, "t": 3}
# Ceramides of mammals have this base unless something else is written; clinical lists leave it out.
USUAL_BASE = (18, 1, 2)
# One chain without oxygens is an acyl chain up to here, and a sum composition from there on: acyl
# chains of gangliosides end at 26 carbons, and d18:1/12:0, with 30, is the shortest usual ceramide.
LONGEST_ACYL, SHORTEST_SUM = 26, 30
# One chain with the oxygens of a base is a base alone, as in lyso-gangliosides, below these.
SHORTEST_LETTERED_SUM, SHORTEST_SHORTHAND_SUM = 23, 20
BASE_CARBONS = range(10, 27)
# A base has up to four hydroxyl groups and an acyl chain up to two; d18:3/22:6 has 9 double bonds.
MOST_HYDROXYLS, MOST_DOUBLE_BONDS = 6, 12


@dataclass(frozen=True)
class Chain:
    """One chain, a base, an acyl chain or both together, with the hydroxyl groups it names."""

    carbons: int
    double_bonds: int
    hydroxyls: int

    def shorthand(self) -> str:
        """The chain in the LIPID MAPS shorthand of 2020."""
        oxygens = {0: "", 1: ";O"}.get(self.hydroxyls, f";O{self.hydroxyls}")
        return f"{self.carbons}:{self.double_bonds}{oxygens}"


@dataclass(frozen=True)
class Ceramide:
    """The sum over both chains, and the chains (base, acyl) where the name has them.

    ``warning`` tells which of two readings was taken.
    """

    carbons: int
    double_bonds: int
    hydroxyls: int
    chains: tuple[Chain, Chain] | None = None
    warning: str = ""


def resolve(written: WrittenCeramide) -> Ceramide:
    """The composition of a ceramide as written.

    Raises:
        CeramideError: it can be read in several ways, contradicts itself or is not one.
    """
    for chain in written.chains:
        if not chain.carbons or chain.carbons <= 2 * chain.double_bonds:
            raise CeramideError(_impossible(chain))
    ceramide = _summed(written.chains)
    _check_hydroxyls(ceramide)
    choices = (ceramide.warning, *_choices(written.chains))
    return replace(ceramide, warning=" ".join(filter(None, choices)))


def _choices(chains: tuple[WrittenChain, ...]) -> Iterator[str]:
    """Readings of chains that another program could take in another way."""
    if any(chain.is_branched for chain in chains):
        yield "The branched chain was read by its carbons."
    if chains[0].counts_groups:
        yield "(OH) and its number were read as all hydroxyl groups, with that of the sugars."


def _summed(chains: tuple[WrittenChain, ...]) -> Ceramide:
    if len(chains) == 1:
        return _sum_or_acyl(chains[0])
    if len(chains) == 2:
        return _base_and_acyl(*chains)
    raise CeramideError(f"a ceramide has two chains, not {len(chains)}")


def _check_hydroxyls(ceramide: Ceramide) -> None:
    if not ceramide.hydroxyls:
        raise CeramideError("a ceramide that carries sugars has a hydroxyl group, so O0 is none")
    if ceramide.hydroxyls > MOST_HYDROXYLS:
        raise CeramideError(f"no ceramide has {ceramide.hydroxyls} hydroxyl groups")
    if ceramide.double_bonds > MOST_DOUBLE_BONDS:
        raise CeramideError(f"no ceramide has {ceramide.double_bonds} double bonds")


def _impossible(chain: WrittenChain) -> str:
    if not chain.carbons:
        return "a ceramide has an acyl chain; a lyso form is no ceramide"
    return f"{chain.carbons} carbons cannot have {chain.double_bonds} double bonds"


def _sum_or_acyl(chain: WrittenChain) -> Ceramide:
    """One chain: a sum composition, or an acyl chain whose base is left out."""
    if chain.letter:
        if chain.carbons < SHORTEST_LETTERED_SUM:
            raise CeramideError(_base_alone(chain))
        hydroxyls = HYDROXYLS_BY_BASE[chain.letter] + chain.added + len(chain.listed or ())
        if chain.counted is not None and chain.counted != HYDROXYLS_BY_BASE[chain.letter]:
            raise CeramideError(_contradiction(chain))
        return Ceramide(chain.carbons, chain.double_bonds, hydroxyls)
    if chain.counted is not None or (chain.listed and chain.carbons >= SHORTEST_SUM):
        return _counted_sum(chain)
    if chain.carbons >= SHORTEST_SUM:
        if chain.added > 1:  # 34:1+2O
            raise CeramideError("its oxygens can be all or further ones; write them as ;O2")
        return Ceramide(chain.carbons, chain.double_bonds, USUAL_BASE[2] + chain.added)
    if chain.carbons > LONGEST_ACYL:
        raise CeramideError(
            f"{chain.carbons}:{chain.double_bonds} can be an acyl chain or a whole ceramide; "
            "write both chains, or the oxygens as in 36:1;O2"
        )
    return _with_usual_base(chain)


def _counted_sum(chain: WrittenChain) -> Ceramide:
    if chain.counted is None:  # (2OH) or ;3OH after a sum composition
        if chain.is_ambiguous:
            raise CeramideError("its hydroxyl groups can be read in two ways; write them as ;O2")
        return Ceramide(
            chain.carbons, chain.double_bonds, USUAL_BASE[2] + chain.added + len(chain.listed or ())
        )
    if chain.added or chain.is_acyl:
        raise CeramideError("a chain has its hydroxyl groups twice")
    if chain.carbons < SHORTEST_SHORTHAND_SUM:
        raise CeramideError(_base_alone(chain))
    if chain.is_ambiguous and chain.carbons < SHORTEST_SUM:
        raise CeramideError(
            f"{chain.carbons}:{chain.double_bonds};O can be an acyl chain or a whole ceramide"
        )
    return Ceramide(chain.carbons, chain.double_bonds, chain.counted)


def _with_usual_base(chain: WrittenChain) -> Ceramide:
    carbons, double_bonds, hydroxyls = USUAL_BASE
    acyl = Chain(chain.carbons, chain.double_bonds, chain.added + len(chain.listed or ()))
    return Ceramide(
        carbons + acyl.carbons,
        double_bonds + acyl.double_bonds,
        hydroxyls + acyl.hydroxyls,
        (Chain(*USUAL_BASE), acyl),
        f"{chain.carbons}:{chain.double_bonds} was read as the acyl chain of a d18:1 base, "
        f"d18:1/{chain.carbons}:{chain.double_bonds}.",
    )


def _base_alone(chain: WrittenChain) -> str:
    written = f"{chain.letter}{chain.carbons}:{chain.double_bonds}"
    return f"{written} is a base alone, as in a lyso form; the acyl chain is missing"


def _contradiction(chain: WrittenChain) -> str:
    written = f"{chain.letter}{chain.carbons}:{chain.double_bonds}"
    return f"the letter of {written} and its hydroxyl groups contradict each other"


def _base_and_acyl(first: WrittenChain, second: WrittenChain) -> Ceramide:
    """Two chains; the base is the one with a letter, else the first."""
    base, acyl = (second, first) if second.letter and not first.letter else (first, second)
    if acyl.letter or base.is_acyl:
        raise CeramideError("it is not clear which of its chains is the base")
    has_base_oxygens = bool(base.letter) or base.counted is not None or base.listed is not None
    if not has_base_oxygens and (acyl.counted or 0) > 1:
        raise CeramideError("it is not clear which of its chains has the oxygens of the base")
    if base.carbons not in BASE_CARBONS:
        raise CeramideError(f"no sphingoid base has {base.carbons} carbons")
    chains = (
        Chain(base.carbons, base.double_bonds, _base_hydroxyls(base)),
        Chain(acyl.carbons, acyl.double_bonds, _acyl_hydroxyls(acyl)),
    )
    return Ceramide(
        base.carbons + acyl.carbons,
        base.double_bonds + acyl.double_bonds,
        sum(chain.hydroxyls for chain in chains),
        chains,
    )


def _base_hydroxyls(base: WrittenChain) -> int:
    of_letter = HYDROXYLS_BY_BASE.get(base.letter, USUAL_BASE[2])
    if base.counted is not None:
        if base.letter and base.counted != of_letter:
            raise CeramideError(_contradiction(base))
        return base.counted + base.added
    if base.listed is not None:
        if not base.letter:
            return _listed_hydroxyls(base, base.listed) + base.added
        # The hydroxyl groups of d18:1 are at 1 and 3; a list may repeat some of them.
        has_further = max(base.listed) > 3 and of_letter < HYDROXYLS_BY_BASE["t"]
        if len(base.listed) > of_letter or has_further:
            raise CeramideError(_contradiction(base))
    return of_letter + base.added


def _listed_hydroxyls(base: WrittenChain, listed: tuple[int, ...]) -> int:
    """The hydroxyl groups of a base that names them; the one at carbon 1 carries the sugars.

    The shorthand of a full structure leaves that out: GM3 18:1(4E);3OH/16:0 is d18:1/16:0. By habit
    18:1;3OH has three groups, which positions of double bonds rule out.
    """
    is_count = base.is_ambiguous and not base.has_positions
    if is_count or 2 in listed or listed == (0,):
        raise CeramideError("its hydroxyl groups can be read in two ways; write them as ;O2")
    return len(listed) + (1 not in listed and 0 not in listed)


def _acyl_hydroxyls(acyl: WrittenChain) -> int:
    return (acyl.counted or 0) + len(acyl.listed or ()) + acyl.added
