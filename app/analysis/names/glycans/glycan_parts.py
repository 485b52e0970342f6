"""What the words of a name are before they are added up: its cores, its sugars and labels."""

import msgspec

# Ac-GM3 is GM3 with NeuAc beside Gc-GM3 in some lists, and an O-acetyl GM3 in others.
UNCLEAR_ACETYL = "Ac in it can be an O-acetyl group or NeuAc; write OAc or NeuAc"


class GlycanError(ValueError):
    """A glycan cannot be read; the text says why, as a part of a sentence."""


class Core(msgspec.Struct, frozen=True):
    """A core as written: sialic acids by letter, series digit, isomer letter or alpha mark."""

    sialic: str
    series: int
    letter: str | None
    alpha: str | None

    @property
    def name(self) -> str:
        """The core without its isomer, such as GD1."""
        return f"G{self.sialic}{self.series}"


class Part(msgspec.Struct, eq=False):
    """A sugar or group with its number, and how it is joined to the core."""

    name: str
    count: int
    is_added: bool
    group: int
    is_before_core: bool
    has_number: bool


class Words(msgspec.Struct):
    """What the words of a name are, before they are added up."""

    cores: list[Core] = msgspec.field(default_factory=list)
    parts: list[Part] = msgspec.field(default_factory=list)
    labels: list[str] = msgspec.field(default_factory=list)
    is_standard: bool = False
    is_asialo: bool = False
    has_lacto_sugar: bool = False
    # A residue formula such as NeuAcHex2Cer, which may stand beside the core.
    has_formula: bool = False
    # Whether a sugar after the class is joined by a plus, and one by a hyphen.
    has_plus: bool = False
    has_hyphen: bool = False
    # The bracket of each NGc or Gc that replaces a NeuAc; 0 outside brackets, -1 before the core.
    replaced: list[int] = msgspec.field(default_factory=list)
    sialo: int | None = None
    warnings: list[str] = msgspec.field(default_factory=list)
    later_isomer: str = ""
