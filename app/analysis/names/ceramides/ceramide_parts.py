"""What a ceramide is made of: chains, with the hydroxyl groups that their letters mean."""

import msgspec

from app.analysis.names.ceramides.chain_parts import WrittenChain

# Hydroxyls of a sphingoid base by its old prefix.
HYDROXYLS_BY_BASE = {"m": 1, "d": 2, "t": 3}
# Ceramides of mammals have this base unless something else is written; clinical lists leave it out.
USUAL_BASE = (18, 1, 2)


class Chain(msgspec.Struct, frozen=True):
    """One chain, a base, an acyl chain or both together, with the hydroxyl groups it names."""

    carbons: int
    double_bonds: int
    hydroxyls: int

    def shorthand(self) -> str:
        """The chain in the LIPID MAPS shorthand of 2020."""
        oxygens = {0: "", 1: ";O"}.get(self.hydroxyls, f";O{self.hydroxyls}")
        return f"{self.carbons}:{self.double_bonds}{oxygens}"


class Ceramide(msgspec.Struct, frozen=True):
    """The sum over both chains, and the chains (base, acyl) where the name has them.

    ``warning`` tells which of two readings was taken.
    """

    carbons: int
    double_bonds: int
    hydroxyls: int
    chains: tuple[Chain, Chain] | None = None
    warning: str = ""


def contradiction(chain: WrittenChain) -> str:
    """Why a chain cannot have both its letter and its hydroxyl groups."""
    written = f"{chain.letter}{chain.carbons}:{chain.double_bonds}"
    return f"the letter of {written} and its hydroxyl groups contradict each other"
