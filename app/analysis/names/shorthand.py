"""Write names: the molecular name with its chains, and a shorthand for other programs.

The shorthand is that of LIPID MAPS (Liebisch et al. 2020, J Lipid Res 61:1539) with the classes of
Goslin (Kopczynski et al. 2020, Anal Chem 92:10957). A glycan that Goslin has no class for is
written by its sugars, ``Hex2NeuGcCer``, which Goslin reads too. One with O-acetyl or sulfo groups,
which Goslin cannot write, has no shorthand.
"""

from app.analysis.names.grammar import NameReading
from app.analysis.names.species import Species

# The classes that the shorthand grammar of Goslin has. It has GD0a, GD1a-AC and the like too, but
# gives them other compositions.
GOSLIN_CLASSES = frozenset(
    (
        *("GA1", "GA2", "GM1", "GM2", "GM3", "GM4", "GD1", "GD1a", "GD1b", "GD2", "GD3"),
        *("GT1", "GT2", "GT3", "GQ1", "GP1"),
    )
)


def molecular_name(reading: NameReading) -> str | None:
    """The canonical name with both chains, ``GM3(18:1;O2/16:0)``; None without chains."""
    if reading.chains is None:
        return None
    base, acyl = reading.chains
    return f"{reading.species.glycan_name}({base.shorthand()}/{acyl.shorthand()})"


def shorthand_name(reading: NameReading) -> str | None:
    """A name that Goslin reads, ``GM3 18:1;O2/16:0``; None where it cannot write the glycan."""
    species = reading.species
    if species.oacetyl or species.sulfo:
        return None
    if reading.chains is None:
        oxygens = f";O{species.hydroxyls if species.hydroxyls > 1 else ''}"
        chains = f"{species.carbons}:{species.double_bonds}{oxygens if species.hydroxyls else ''}"
    else:
        chains = "/".join(chain.shorthand() for chain in reading.chains)
    return f"{_headgroup(species)} {chains}"


def _headgroup(species: Species) -> str:
    glycan = species.glycan_name
    if glycan in GOSLIN_CLASSES:
        return glycan
    sugars = (
        *(("Fuc", species.dhex), ("Hex", species.hex), ("HexNAc", species.hexnac)),
        *(("NeuAc", species.neuac), ("NeuGc", species.neugc), ("Kdn", species.kdn)),
    )
    return "".join(f"{name}{n if n > 1 else ''}" for name, n in sugars if n) + "Cer"
