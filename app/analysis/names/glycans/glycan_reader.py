"""Collect what the words of a name say: its cores, its sugars with their numbers, and labels."""

from collections.abc import Iterable

from app.analysis.names.glycans.counted_sugars import (
    COUNTED,
    counted_part,
    is_carbon,
    is_countable,
    is_running_number,
)
from app.analysis.names.glycans.glycan_parts import UNCLEAR_ACETYL, GlycanError, Part, Words
from app.analysis.names.glycans.glycan_words import Token
from app.analysis.names.glycans.word_meanings import core_of, refusal_of
from app.analysis.names.glycans.words_before import is_after_sugar, is_minus, signs_before

_MULTIPLES = {None: 1, "di": 2, "tri": 3}
_SIALO = {"": None, "mono": 1, "di": 2, "tri": 3, "tetra": 4, "penta": 5}
# O-acetyl groups of sialic acids are at these carbons, so 9OAc is one group and 2OAc are two.
_ACETYL_POSITIONS = (4, 7, 8, 9)
# Every ganglioside has some of these, so ``-NeuAc`` after the ceramide can be what it has lost.
LOSABLE = ("sugar_Hex", "sugar_HexNAc", "sugar_NeuAc")


def read_words(words: Words, found: Iterable[Token], *, is_after_ceramide: bool) -> int:
    """Take words in, and return how many hydroxyls of the acyl chain are among them."""
    return _Reader(words, list(found), is_after_ceramide=is_after_ceramide).read()


class _Reader:
    """Goes through the words before or after the ceramide once, from left to right."""

    def __init__(self, words: Words, found: list[Token], *, is_after_ceramide: bool) -> None:
        self.words = words
        self.tokens = found
        self.is_after_ceramide = is_after_ceramide
        self.number: int | None = None
        self.is_added = False
        self.groups: list[int] = []
        self.next_group = 1 + max((part.group for part in words.parts), default=0)
        self.hydroxyls = 0

    def read(self) -> int:
        for place, token in enumerate(self.tokens):
            self._read(place, token)
        if self.number is not None:
            raise GlycanError(f"the number {self.number} in it has no meaning")
        return self.hydroxyls

    def _read(self, place: int, token: Token) -> None:
        kind = token.kind
        if kind == "number":
            self._count(place, int(token.text))
            return
        if self.number is not None and not is_countable(kind):
            raise GlycanError(f"the number {self.number} in it has no meaning")
        reason = refusal_of(token)
        if reason:
            raise GlycanError(reason)
        if kind in ("cer", "chain_lac", "chain_gg"):
            self.words.has_formula |= kind != "cer" or is_after_sugar(self.tokens, place)
        if kind == "plus":
            self.is_added = True
        elif kind == "open":
            self.groups.append(self.next_group)
            self.next_group += 1
        elif kind == "close":
            self.groups[-1:] = []
        elif kind == "bare_link":
            self._check_link(place)
        elif kind != "separator":
            self._take_in(place, token)
            self.is_added = False

    def _take_in(self, place: int, token: Token) -> None:
        """Take in a word; those without meaning for the composition are passed over."""
        if is_countable(token.kind) and self.words.cores:
            self._check_sign(place)
        if token.kind == "acetyl":
            self._acetyl(token)
        elif is_countable(token.kind):
            self._sugar(token)
        else:
            self._note(token)

    def _check_sign(self, place: int) -> None:
        """Refuse a hyphen before a sugar that is or can be a minus: `` - Gal``, ``(-Gal)``."""
        self.words.has_plus |= self.is_added
        signs = signs_before(self.tokens, place)
        has_hyphen = signs[-1:] == ["-"] and not self.is_added
        self.words.has_hyphen |= has_hyphen
        is_loss = has_hyphen and self.is_after_ceramide and self.tokens[place].kind in LOSABLE
        if is_minus(signs) or is_loss or (self.words.has_plus and self.words.has_hyphen):
            raise GlycanError("a hyphen in it can be a minus; join what it has with + alone")

    def _note(self, token: Token) -> None:
        """Take in a word that is no sugar or group."""
        found, words = token.found, self.words
        if token.kind == "core":
            words.cores.append(core_of(found))
        elif token.kind == "later_isomer":
            words.later_isomer = str(found["later"]).lower()
        elif token.kind == "asialo":
            words.is_asialo = True
        elif token.kind == "replaced":
            words.replaced.append(self._group() if words.cores else -1)
        elif token.kind == "sialo":
            words.sialo = _SIALO[(found.get("number") or "").lower()]
        elif token.kind == "label":
            words.labels.append(token.text.strip("[]"))
        elif token.kind == "standard":
            words.is_standard = True
        elif token.kind == "adduct" and token.text.lower().lstrip(" m-").startswith("h2o"):
            words.warnings.append(
                "-H2O was read as a loss of water in the source; a lactone is another species."
            )
        elif token.kind == "hydroxyl":
            listed = found.get("list") or "OH"
            self.hydroxyls += (listed.count(",") + 1) * int(found.get("repeat") or 1)

    def _sugar(self, token: Token) -> None:
        name = token.kind.removeprefix("sugar_")
        if name == "neu_acetyl":  # Neu5,9Ac2 has one O-acetyl group
            self._add("AcetylatedNeuAc")
            self._add("OAc", int(str(token.found["groups"])) - 1)
        elif name == "chain_gg":
            self._add(f"Gg{token.found['length']}")
        else:
            self._add(COUNTED.get(name, name))
        self.words.has_lacto_sugar |= token.text.lower().startswith("glcnac")

    def _check_link(self, place: int) -> None:
        """A linkage without anomer after a sugar, as in NeuAc2-3Gal; NeuAc2-3Hex may be numbers."""
        after = self.tokens[place + 1] if place + 1 < len(self.tokens) else None
        names_class = after is not None and after.text.lower().startswith(("hex", "dhex"))
        if names_class or not self.words.parts:
            raise GlycanError(f"{self.tokens[place].text!r} can be numbers of sugars or a linkage")

    def _add(self, name: str, times: int = 1) -> None:
        """Add a part, as often as the number before it says."""
        number, self.number = self.number, None
        if number == 0:
            raise GlycanError(f"it has 0 {name}")
        part = Part(
            name,
            times * (number or 1),
            is_added=self.is_added,
            group=self._group(),
            is_before_core=not self.words.cores,
            has_number=number is not None,
        )
        self.words.parts.append(part)

    def _group(self) -> int:
        """The number of the innermost open bracket; 0 outside brackets."""
        return self.groups[-1] if self.groups else 0

    def _acetyl(self, token: Token) -> None:
        found = token.found
        if token.text.lower() == "ac" and self.number is None and not self.is_added:
            self._bare_acetyl()
            return
        # O-acetyl groups have positions on the sugar: 2OAc are two groups, 9OAc is one.
        if self.number in _ACETYL_POSITIONS and not self.is_added:
            self.number = None
        if self.is_after_ceramide and self.is_added:
            if "is_bare" in found:
                raise GlycanError("+Ac after the ceramide can be an acetyl group or an adduct")
            self.words.warnings.append("OAc was read as an O-acetyl group, not as an adduct.")
        elif self.number in _ACETYL_POSITIONS:
            self.words.warnings.append(f"{self.number}OAc was read as {self.number} groups.")
        multiple = (found.get("multiple") or found.get("times") or "").lower() or None
        self._add("OAc", _MULTIPLES[multiple])

    def _bare_acetyl(self) -> None:
        """Ac alone: an O-acetyl group after a class (GD3-Ac), unclear before it or in brackets."""
        if not self.words.cores:
            raise GlycanError(UNCLEAR_ACETYL)
        if self.is_after_ceramide and not self.groups:
            self.words.warnings.append("Ac was read as an O-acetyl group, not as an adduct.")
        self._add("Ac")

    def _count(self, place: int, number: int) -> None:
        """A number belongs to the sugar or bracket directly before it, else to the one after it."""
        after = self.tokens[place + 1] if place + 1 < len(self.tokens) else None
        is_sugar_after = after is not None and is_countable(after.kind)
        counted = counted_part(self.tokens, place, self.words.parts)
        if counted is None:
            if is_sugar_after:
                self.number = number
            elif number == 1 and is_carbon(self.tokens, place):
                return
            elif not self.is_after_ceramide and is_running_number(self.tokens, place):
                self.words.warnings.append(f"The number {number} was read as that of an isomer.")
            else:
                raise GlycanError(f"the number {number} in it has no meaning")
            return
        if after is not None and after.kind in ("acetyl", "sulfo"):
            raise GlycanError(f"it is not clear what the number {number} in it counts")
        if counted.has_number or counted.count > 1 or not number:
            raise GlycanError(f"it is not clear what the number {number} in it counts")
        counted.count, counted.has_number = number, True
