"""Add up a ceramide that is written as two chains, a base and an acyl chain."""

from app.analysis.names.ceramides.ceramide_parts import (
    HYDROXYLS_BY_BASE,
    USUAL_BASE,
    Ceramide,
    Chain,
    contradiction,
)
from app.analysis.names.ceramides.chain_parts import CeramideError, WrittenChain

BASE_CARBONS = range(10, 27)


def base_and_acyl(first: WrittenChain, second: WrittenChain) -> Ceramide:
    """Two chains; the base is the one with a letter, else the first."""
    base, acyl = (second, first) if second.letter and not first.letter else (first, second)
    if acyl.letter or base.is_acyl:
        raise CeramideError("it is not clear which of its chains is the base")
    has_base_oxygens = bool(base.letter) or base.counted is not None or base.listed is not None
    if not has_base_oxygens and (acyl.counted or 0) > 1:
        raise CeramideError("it is not clear which of its chains has the oxygens of the base")
    if second.is_joined_by_hyphen and not has_base_oxygens and not base.double_bonds:
        raise CeramideError(_range(first, second))
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


def _range(first: WrittenChain, second: WrittenChain) -> str:
    """Why two chains that a hyphen joins, without the letter of a base, can be read in two ways."""
    chains = [f"{chain.carbons}:{chain.double_bonds}" for chain in (first, second)]
    return f"{'-'.join(chains)} can be a range; write two chains as d{'/'.join(chains)}"


def _base_hydroxyls(base: WrittenChain) -> int:
    of_letter = HYDROXYLS_BY_BASE.get(base.letter, USUAL_BASE[2])
    if base.counted is not None:
        if base.letter and base.counted != of_letter:
            raise CeramideError(contradiction(base))
        return base.counted + base.added
    if base.listed is not None:
        if not base.letter:
            return _listed_hydroxyls(base, base.listed) + base.added
        # The hydroxyl groups of d18:1 are at 1 and 3; a list may repeat some of them.
        has_further = max(base.listed) > 3 and of_letter < HYDROXYLS_BY_BASE["t"]
        if len(base.listed) > of_letter or has_further:
            raise CeramideError(contradiction(base))
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
