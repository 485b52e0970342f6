"""Find the ceramide in a name: its chains, double bonds and hydroxyl groups, as written.

Notations: LIPID MAPS shorthand of 2020 (``18:1;O2/16:0``), its older form (``d18:1/16:0(2OH)``),
MS-DIAL (``18:1;2O``), Goslin (``18:1;2``), LipidSearch (``d18:1_24:0+O``), LDA (``d18:1/h24:0``),
and acyl chains alone (``C16:0``) as clinical lists write them.
"""

import re

import msgspec
from msgspec.structs import replace

from app.analysis.names.ceramides.chain_parts import CeramideError, WrittenChain, with_parts

_CHAIN = re.compile(
    r"(?:(?<![A-Z0-9])(?P<positions>[0-9]{1,2}[EZ](?:,[0-9]{1,2}[EZ])*)-)?"  # of HMDB: 9Z-18:1
    r"(?P<branch>(?<![A-Z])(?:anteiso|iso|ai|i)-?)?"
    r"(?P<hydroxy>(?<![A-Z0-9])(?:2-?|alpha-?)(?:OH|hydroxy)[- ]?(?=C?[12]?[0-9]:))?"  # 2-OH-24:0
    r"(?:(?<![A-Z])(?:OH-?|[hn])?-?C-?|(?<![A-Z])(?:OH|[hn])-?|(?P<letter>[mdt])C?|)"
    r"(?<![0-9])(?<!G[A-Z])(?P<carbons>[0-9]{1,2})(?P<inner>h)?:(?P<double_bonds>[0-9]{1,2})(?![0-9])",
    re.IGNORECASE | re.ASCII,
)
_SEPARATOR = re.compile(r" ?[/_-] ?(?:FA[ -]?)?", re.IGNORECASE)
# An acyl chain after a base may also stand apart: d18:1, 16:0 and (d18:1)(16:0).
_LOOSE_SEPARATOR = re.compile(
    r"(?:[,;] ?| |[)] ?[(])(?=(?:C|h)?(?:1?[0-9]|2[0-6]):)", re.IGNORECASE | re.ASCII
)
LONGEST_BASE = 22
# A saturated acyl chain by its carbons alone, as in C16 GM3; C13 is an isotope, C17 a standard.
_ACYL_ALONE = re.compile(
    r"(?<![A-Z0-9])C-?(?P<carbons>1[2468]|2[0-6])(?![0-9:]|[A-Z])", re.IGNORECASE | re.ASCII
)
# A label before a chain, as in d18:1/13C16-16:0 or d18:1/[D3]18:0.
_LABEL_BEFORE = re.compile(
    r"[(\[]?(?P<label>D[0-9]{1,2}|(?:13C|15N|18O)[0-9]*|2H[0-9]+)(?![0-9])[)\]]?-?"
    r"(?=C?[0-9]{1,2}:)",
    re.IGNORECASE | re.ASCII,
)


class WrittenCeramide(msgspec.Struct, frozen=True):
    """The chains as written, where they start and end in the name, and isotope labels in them."""

    chains: tuple[WrittenChain, ...]
    start: int
    end: int
    labels: tuple[str, ...] = msgspec.field(default=())

    def with_hydroxyls(self, count: int) -> "WrittenCeramide":
        """The same with hydroxyls that stand after its bracket: ``(d18:1/24:0)(2OH)``."""
        last = self.chains[-1]
        return replace(self, chains=(*self.chains[:-1], replace(last, added=last.added + count)))


def find_ceramide(name: str, start: int = 0) -> WrittenCeramide | None:
    """The first chains of a name from a position on; None where it has none."""
    found = _CHAIN.search(name, start)
    if found is None:
        return None if start else _acyl_alone(name)
    chains: list[WrittenChain] = []
    labels: list[str] = []
    match: re.Match[str] | None = found
    separator: re.Match[str] | None = None
    end = found.end()
    while match is not None:
        chain, end = _parts(name, match, labels)
        is_joined = separator is not None and "-" in separator.group()
        chains.append(replace(chain, is_joined_by_hyphen=is_joined))
        separator = _SEPARATOR.match(name, end)
        if separator is None and len(chains) == 1 and _is_base(chain):
            separator = _LOOSE_SEPARATOR.match(name, end)
        match = _next_chain(name, separator.end(), labels) if separator else None
    return WrittenCeramide(tuple(chains), found.start(), end, tuple(labels))


def _is_base(chain: WrittenChain) -> bool:
    """Whether a chain is a base by its letter, so that an acyl chain has to follow."""
    return bool(chain.letter) and chain.carbons <= LONGEST_BASE


def _acyl_alone(name: str) -> WrittenCeramide | None:
    """The acyl chain of a name such as ``C16 GM3``; None without one."""
    found = _ACYL_ALONE.search(name)
    if found is None:
        return None
    chain = WrittenChain(carbons=int(found["carbons"]), double_bonds=0)
    return WrittenCeramide((chain,), found.start(), found.end())


def _next_chain(name: str, start: int, labels: list[str]) -> re.Match[str] | None:
    """The chain at a position, perhaps with an isotope label before it."""
    label = _LABEL_BEFORE.match(name, start)
    if label:
        labels.append(label["label"])
    return _CHAIN.match(name, label.end() if label else start)


def _parts(name: str, match: re.Match[str], labels: list[str]) -> tuple[WrittenChain, int]:
    """A chain with all that stands directly after its numbers, and where that ends."""
    text = match.group().lower()
    if (match["positions"] or "").count(",") >= max(1, int(match["double_bonds"])):
        raise CeramideError(f"{match.group()} has more positions than there are double bonds")
    chain = WrittenChain(
        carbons=int(match["carbons"]),
        double_bonds=int(match["double_bonds"]),
        letter=(match["letter"] or "").lower(),
        is_acyl=text.startswith(("h", "n", "oh")) or bool(match["positions"] or match["hydroxy"]),
        added=int(text.startswith(("h", "oh")) or bool(match["inner"] or match["hydroxy"])),
        is_branched=bool(match["branch"]),
    )
    return with_parts(chain, name, match.end(), labels)
