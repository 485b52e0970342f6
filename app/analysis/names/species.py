"""A ganglioside species: glycan core, modifications and ceramide, and its canonical name.

Cores follow Svennerholm (1963, J Neurochem 10:613): the letter counts sialic acids, and 5 minus the
digit is the number of neutral sugars. Ceramides follow the LIPID MAPS shorthand (Liebisch et al.
2020, J Lipid Res 61:1539).
"""

from dataclasses import dataclass

SIALIC_BY_LETTER = {"A": 0, "M": 1, "D": 2, "T": 3, "Q": 4, "P": 5}
# Hexoses and N-acetylhexosamines of the neutral chain by series digit: 4 is galactosylceramide,
# 3 lactosylceramide, 2 and 1 add GalNAc and a further Gal.
HEX_BY_SERIES = {1: 3, 2: 2, 3: 2, 4: 1}
HEXNAC_BY_SERIES = {1: 1, 2: 1, 3: 0, 4: 0}
# The order in which modifications stand in a canonical name.
MODIFICATIONS = ("Hex", "HexNAc", "NeuGc", "dHex", "OAc")


@dataclass(frozen=True, kw_only=True)
class Species:
    """A ganglioside species at the level of its sum composition. All numbers are counts."""

    core: str
    letter: str | None
    hex: int
    hexnac: int
    neuac: int
    neugc: int
    dhex: int
    oacetyl: int
    carbons: int
    double_bonds: int
    hydroxyls: int

    @property
    def category(self) -> str:
        """The category by sialic acids: GA, GM, GD, GT, GQ or GP."""
        return self.core[:2]

    @property
    def series(self) -> int:
        """The digit of the core."""
        return int(self.core[2])

    @property
    def sialic(self) -> int:
        """Sialic acids of either kind."""
        return self.neuac + self.neugc

    @property
    def neutral_sugars(self) -> int:
        """Sugars other than sialic acids."""
        return self.hex + self.hexnac + self.dhex

    @property
    def sugars(self) -> int:
        """All sugars; an O-acetyl group is not a sugar (rule 2)."""
        return self.sialic + self.neutral_sugars

    @property
    def prefix(self) -> str:
        """The core with its modifications in canonical order, without the isomer letter."""
        return self.core + self._modifications()

    @property
    def species(self) -> str:
        """The canonical name, such as ``GD1a+OAc(36:1;O2)``."""
        ceramide = f"({self.carbons}:{self.double_bonds};O{self.hydroxyls})"
        return f"{self.core}{self.letter or ''}{self._modifications()}{ceramide}"

    def _modifications(self) -> str:
        added = (
            self.hex - HEX_BY_SERIES[self.series],
            self.hexnac - HEXNAC_BY_SERIES[self.series],
            self.neugc,
            self.dhex,
            self.oacetyl,
        )
        named = zip(MODIFICATIONS, added, strict=True)
        return "".join(f"+{n if n > 1 else ''}{name}" for name, n in named if n)
