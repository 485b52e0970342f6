"""Add up a ceramide as written, and refuse one that can be read in several ways."""

from collections.abc import Iterator

from msgspec.structs import replace

from app.analysis.names.ceramides.ceramide_parts import (
    HYDROXYLS_BY_BASE,
    USUAL_BASE,
    Ceramide,
    Chain,
    contradiction,
)
from app.analysis.names.ceramides.ceramide_words import WrittenCeramide
from app.analysis.names.ceramides.chain_parts import CeramideError, WrittenChain
from app.analysis.names.ceramides.two_chains import base_and_acyl

# One chain without oxygens is an acyl chain up to here, and a sum composition from there on: acyl
# chains of gangliosides end at 26 carbons, and d18:1/12:0, with 30, is the shortest usual ceramide.
LONGEST_ACYL, SHORTEST_SUM = 26, 30
# One chain with the oxygens of a base is a base alone, as in lyso-gangliosides, below these.
SHORTEST_LETTERED_SUM, SHORTEST_SHORTHAND_SUM = 23, 20
# A base has up to four hydroxyl groups and an acyl chain up to two; d18:3/22:6 has 9 double bonds.
MOST_HYDROXYLS, MOST_DOUBLE_BONDS = 6, 12


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
        return base_and_acyl(*chains)
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
            raise CeramideError(contradiction(chain))
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
        if chain.is_ambiguous or chain.counts_groups:
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
