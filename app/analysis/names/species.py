"""A ganglioside species: glycan core, modifications and ceramide, and its canonical name.

Cores follow Svennerholm (1963, J Neurochem 10:613): the letter counts sialic acids, and 5 minus the
digit is the number of neutral sugars. Ceramides follow the LIPID MAPS shorthand (Liebisch et al.
2020, J Lipid Res 61:1539).
"""

from functools import cached_property

import msgspec

# H, S and O are used for six to eight sialic acids, as in fish brain (GH1, GS1, GO1).
SIALIC_BY_LETTER = {"A": 0, "M": 1, "D": 2, "T": 3, "Q": 4, "P": 5, "H": 6, "S": 7, "O": 8}
# Hexoses and N-acetylhexosamines of the neutral chain by series digit: 4 is galactosylceramide,
# 3 lactosylceramide, 2 and 1 add GalNAc and a further Gal.
HEX_BY_SERIES = {1: 3, 2: 2, 3: 2, 4: 1}
HEXNAC_BY_SERIES = {1: 1, 2: 1, 3: 0, 4: 0}
# The order in which modifications stand in a canonical name.
MODIFICATIONS = ("Hex", "HexNAc", "NeuAc", "NeuGc", "KDN", "dHex", "OAc", "SO3")


class Species(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A ganglioside species at the level of its sum composition. All numbers are counts.

    ``alpha`` is the mark of the alpha series where the name has it: ``b-alpha``. Its members are
    isomers of their own, so they have no ``letter``. ``isotope_label`` is that of a labelled
    standard, such as ``d5``; species of a sample have none.
    """

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
    kdn: int = 0
    sulfo: int = 0
    alpha: str | None = None
    isotope_label: str | None = None

    @property
    def category(self) -> str:
        """The category by sialic acids: GA, GM, GD, GT, GQ, GP, GH, GS or GO."""
        return self.core[:2]

    @property
    def series(self) -> int:
        """The digit of the core."""
        return int(self.core[2])

    @property
    def sialic(self) -> int:
        """Sialic acids of any kind."""
        return self.neuac + self.neugc + self.kdn

    @property
    def neutral_sugars(self) -> int:
        """Sugars other than sialic acids."""
        return self.hex + self.hexnac + self.dhex

    @property
    def sugars(self) -> int:
        """All sugars; an O-acetyl or sulfo group is not a sugar (rule 2)."""
        return self.sialic + self.neutral_sugars

    @property
    def prefix(self) -> str:
        """The core with its modifications in canonical order, without the isomer letter."""
        return self.core + self.modifications

    @property
    def glycan_name(self) -> str:
        """The core with its isomer and modifications, such as ``GD1a+OAc``."""
        return f"{self.core}{self.letter or self.alpha or ''}{self.modifications}"

    @property
    def species(self) -> str:
        """The canonical name, such as ``GD1a+OAc(36:1;O2)``."""
        return f"{self.glycan_name}({self.carbons}:{self.double_bonds};O{self.hydroxyls})"

    @cached_property
    def modifications(self) -> str:
        """Sialic acids other than NeuAc in brackets, then what is added, in canonical order.

        Sialic acids beyond those of the core are added ones: KDN first, then NeuGc.
        """
        further = self.sialic - SIALIC_BY_LETTER[self.core[1]]
        kdn = min(self.kdn, further)
        neugc = min(self.neugc, further - kdn)
        added = (
            self.hex - HEX_BY_SERIES[self.series],
            self.hexnac - HEXNAC_BY_SERIES[self.series],
            *(further - kdn - neugc, neugc, kdn),
            *(self.dhex, self.oacetyl, self.sulfo),
        )
        named = zip(MODIFICATIONS, added, strict=True)
        return self._other_sialic_acids(neugc, kdn) + "".join(
            f"+{n if n > 1 else ''}{name}" for name, n in named if n
        )

    def _other_sialic_acids(self, added_neugc: int, added_kdn: int) -> str:
        """Those of the core where not all are NeuAc, such as ``(NeuAc/NeuGc)``."""
        neugc, kdn = self.neugc - added_neugc, self.kdn - added_kdn
        if not neugc and not kdn:
            return ""
        neuac = SIALIC_BY_LETTER[self.core[1]] - neugc - kdn
        return "({})".format("/".join(("NeuAc",) * neuac + ("NeuGc",) * neugc + ("KDN",) * kdn))
