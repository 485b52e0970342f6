# ruff: noqa: RUF001
"""Make names of every kind that lists and programs write, with the species that each one is.

A name is a glycan, a ceramide and what may stand around them. The species are written down by hand.
"""

from collections.abc import Iterator
from typing import NamedTuple


class Named(NamedTuple):
    """A name and its canonical one."""

    name: str
    species: str


# The classes: a core has its letter or none.
CLASSES = (
    *("GM4", "GM3", "GM2", "GM1", "GM1a", "GM1b", "GD3", "GD2", "GD1", "GD1a", "GD1b", "GD1c"),
    *("GT3", "GT2", "GT1", "GT1a", "GT1b", "GT1c", "GQ3", "GQ2", "GQ1", "GQ1b", "GQ1c", "GP3"),
    *("GP2", "GP1", "GP1b", "GP1c", "GA2", "GA1", "GH1", "GS1", "GO1"),
)
# Spellings of glycans with modifications, isomers, other sialic acids, or by residues.
GLYCANS = {
    **{name: name for name in CLASSES},
    "GD1a/b": "GD1",
    "GD1a/GD1b": "GD1",
    "GT1a/b/c": "GT1",
    "GM1a/GM1b": "GM1",
    "GQ1bα": "GQ1b-alpha",
    "GQ1ba": "GQ1b-alpha",
    "GM1alpha": "GM1-alpha",
    "GT1a alpha": "GT1a-alpha",
    "GP1cα": "GP1c-alpha",
    "GD1aa": "GD1a-alpha",
    "Fuc-GM1": "GM1+dHex",
    "GM1-Fuc": "GM1+dHex",
    "FucGM1a": "GM1a+dHex",
    "GalNAc-GD1a": "GD1a+HexNAc",
    "Gal-GD1b": "GD1b+Hex",
    "Fuc(Gal)-GM1": "GM1+Hex+dHex",
    "GD1a-Ac": "GD1a+OAc",
    "GD3-OAc": "GD3+OAc",
    "Ac-O-9-GD1a": "GD1a+OAc",
    "9-O-acetyl GD3": "GD3+OAc",
    "O-acetyl-GT1b": "GT1b+OAc",
    "GT1b+2OAc": "GT1b+2OAc",
    "7,9-di-O-acetyl-GD3": "GD3+2OAc",
    "9-OAc-GT3": "GT3+OAc",
    "GD1-Fuc-Ac": "GD1+dHex+OAc",
    "NGcGM3": "GM3(NeuGc)",
    "GM3(NeuGc)": "GM3(NeuGc)",
    "GM3-NGNA": "GM3(NeuGc)",
    "GcGM3": "GM3(NeuGc)",
    "NeuGc-GM2": "GM2(NeuGc)",
    "GM3 [NGNA]": "GM3(NeuGc)",
    "GM3(Neu5Ac)": "GM3",
    "NeuAc-GM3": "GM3",
    "N-glycolyl-GM3": "GM3(NeuGc)",
    "GD1a(NeuAc/NeuGc)": "GD1a(NeuAc/NeuGc)",
    "GD3 (Neu5Gc/Neu5Gc)": "GD3(NeuGc/NeuGc)",
    "GD1a(Ac/Gc)": "GD1a(NeuAc/NeuGc)",
    "GM3+NeuGc": "GM3+NeuGc",
    "GM1+NeuAc": "GM1+NeuAc",
    "GalNAc-GD1a(NeuAc/NeuGc)": "GD1a(NeuAc/NeuGc)+HexNAc",
    "KDN-GM3": "GM3(KDN)",
    "(KDN, Neu5Ac)GD1a": "GD1a(NeuAc/KDN)",
    "GM1+KDN": "GM1+KDN",
    "SO3-GM1": "GM1+SO3",
    "sulfo-GM2": "GM2+SO3",
    "GM1+SO3": "GM1+SO3",
    "asialo-GM1": "GA1",
    "asialo GM2": "GA2",
    "Ganglioside GM3": "GM3",
    "disialoganglioside GD3": "GD3",
    "NeuAc2Hex3HexNAcCer": "GD1",
    "Hex2NeuAcCer": "GM3",
    "Hex(3)-HexNAc(1)-NeuAc(2)-Cer": "GD1",
    "NeuAc-LacCer": "GM3",
    "Hex2NeuGcCer": "GM3(NeuGc)",
    "Fuc-Hex3-HexNAc-NeuAc-Cer": "GM1+dHex",
    "HexNeuAcCer": "GM4",
    "II3NeuAc-Gg4Cer": "GM1",
    "NeuAc-Gal-Glc-Cer(1)": "GM3",
    "NeuAcα2-3Galβ1-4Glcβ-Cer": "GM3",
    "Neu5Acα2-8Neu5Acα2-3Galβ1-4Glcβ1-1'Cer": "GD3",
    "gm3": "GM3",
    "Gd1a": "GD1a",
    "GD1A": "GD1a",
    "GM 3": "GM3",
    "GＭ３": "GM3",
}
# Spellings of ceramides: sum compositions, then two chains.
SUMS = {
    "36:1;O2": "36:1;O2",
    "36:1;2O": "36:1;O2",
    "d36:1": "36:1;O2",
    "36:1;2": "36:1;O2",
    "36:1": "36:1;O2",
    "[36:1:2]": "36:1;O2",
    "t42:0": "42:0;O3",
    "m34:1": "34:1;O1",
    "42:1;O3": "42:1;O3",
    "d42:1(2OH)": "42:1;O3",
    "42:1;(OH)3": "42:1;O3",
    "36:1;O₂": "36:1;O2",
    "d42:1+O": "42:1;O3",
    "h42:1": "42:1;O3",
    "42:1(OH)": "42:1;O3",
    "42:2;3O": "42:2;O3",
}
CHAINS = {
    "d18:1/16:0": "34:1;O2",
    "18:1;O2/16:0": "34:1;O2",
    "18:1;2O/16:0": "34:1;O2",
    "18:1;2/24:1": "42:2;O2",
    "d18:1_24:1": "42:2;O2",
    "d18:1-18:0": "36:1;O2",
    "d18:1/24:1(15Z)": "42:2;O2",
    "d18:1(4E)/18:0": "36:1;O2",
    "18:1(4E);O2/24:0": "42:1;O2",
    "d18:1/h24:0": "42:1;O3",
    "d18:1/24:0(2OH)": "42:1;O3",
    "d18:1/24:0h": "42:1;O3",
    "18:1;(OH)2/24:0;OH": "42:1;O3",
    "18:1;1OH,3OH/16:0": "34:1;O2",
    "t18:0/24:0": "42:0;O3",
    "t18:0/24:0(2OH)": "42:0;O4",
    "d18:0/26:0": "44:0;O2",
    "d16:1/C18:0": "34:1;O2",
    "d18:1/22:6(4Z,7Z,10Z,13Z,16Z,19Z)": "40:7;O2",
    "d20:1/18:0": "38:1;O2",
    "18:0/d18:1": "36:1;O2",
    "d18:1/C16:0": "34:1;O2",
    "18:1;O2/24:0;O": "42:1;O3",
    "18:1(4E);3OH/24:0;2OH": "42:1;O3",
    "18:1(3OH)/16:0": "34:1;O2",
    "d18:1/iso-16:0": "34:1;O2",
    "16:0": "34:1;O2",
    "C24:1": "42:2;O2",
    "d18:1/9Z-18:1": "36:2;O2",
}
CERAMIDES = {**SUMS, **CHAINS}
JOINED = ("{}({})", "{} {}", "{} ({})", "{}_{}")
TAILS = ("", " [M-H]-", "; [M-2H]2-", "-H", "-2H", "+HCOO", " 2-", "_1", " peak 2", " [M–2H]2–")
BEFORE = ("{}", "w/o MS2:{}", "low score: {}", '"{}"', " {} ")


def every_name() -> Iterator[Named]:
    """Each glycan with each ceramide, and all that can stand around some of them."""
    for glycan, core in GLYCANS.items():
        for ceramide, summed in CERAMIDES.items():
            yield Named(f"{glycan}({ceramide})", f"{core}({summed})")
    for glycan, core in GLYCANS.items():
        for ceramide in ("36:1;O2", "d18:1/18:0"):
            for joined in JOINED:
                yield Named(joined.format(glycan, ceramide), f"{core}(36:1;O2)")
    for ceramide, summed in CERAMIDES.items():
        for tail in TAILS:
            yield Named(f"GD1a({ceramide}){tail}", f"GD1a({summed})")
        for before in BEFORE:
            yield Named(before.format(f"GD1a({ceramide})"), f"GD1a({summed})")
        yield Named(f"{ceramide} GD1a", f"GD1a({summed})")
        yield Named(f"GD1a({summed})|GD1a({ceramide})", f"GD1a({summed})")


def names_of_goslin() -> Iterator[Named]:
    """Fewer of them, for a parser that takes milliseconds for a name."""
    for glycan, core in GLYCANS.items():
        for ceramide in ("36:1;O2", "d36:1", "d18:1/18:0"):
            for joined in JOINED[:2]:
                yield Named(joined.format(glycan, ceramide), f"{core}(36:1;O2)")
    for ceramide, summed in CERAMIDES.items():
        for joined in JOINED[:2]:
            yield Named(joined.format("GM3", ceramide), f"GM3({summed})")
