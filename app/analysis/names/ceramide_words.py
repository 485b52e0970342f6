"""Find the ceramide in a name: its chains, double bonds and hydroxyl groups, as written.

Notations: LIPID MAPS shorthand of 2020 (``18:1;O2/16:0``), its older form (``d18:1/16:0(2OH)``),
MS-DIAL (``18:1;2O``), Goslin (``18:1;2``), LipidSearch (``d18:1_24:0+O``), LDA (``d18:1/h24:0``),
and acyl chains alone (``C16:0``) as clinical lists write them.
"""

import re
from dataclasses import dataclass, field, replace

_OH = r"(?:[0-9]{1,2}[RS]?-?)?OH(?:\[[RS]\]|\([RS]\))?"
_CHAIN = re.compile(
    r"(?:(?<![A-Z0-9])(?P<positions>[0-9]{1,2}[EZ](?:,[0-9]{1,2}[EZ])*)-)?"  # of HMDB: 9Z-18:1
    r"(?P<branch>(?<![A-Z])(?:anteiso|iso|ai|i)-?)?"
    r"(?:(?<![A-Z])(?:OH-?|[hn])?-?C-?|(?<![A-Z])(?:OH|[hn])-?|(?P<letter>[mdt])C?|)"
    r"(?<![0-9])(?<!G[A-Z])(?P<carbons>[0-9]{1,2})(?P<inner>h)?:(?P<double_bonds>[0-9]{1,2})(?![0-9])",
    re.IGNORECASE | re.ASCII,
)
# What may stand after the numbers of a chain. The order decides.
_PARTS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE | re.ASCII))
    for kind, pattern in (
        ("positions", r"\((?:delta|[nw]-?)?(?P<list>[0-9]{1,2}[EZct]?(?:, ?[0-9]{1,2}[EZct]?)*)\)"),
        ("positions", r"(?:delta|[nw]-)(?P<list>[0-9]{1,2}[EZct]?(?:,[0-9]{1,2}[EZct]?)*)"),
        ("count", r" ?; ?O(?P<number>[0-9]?)(?![A-Z0-9])"),
        # Typing errors: 34:1 O2, 34:1,O2, 34:1:O2, and 34:1;02 with a zero.
        ("count", r"(?:[,:] ?| )O(?P<number>[1-4])(?![A-Z0-9])"),
        ("count", r" ?; ?0(?P<number>[1-4])(?![A-Z0-9])"),
        ("count", r" ?; ?(?P<number>[0-9])(?:O(?![A-Z]))?(?![A-Z0-9])"),
        ("count", r":(?P<number>[0-9])(?![0-9:])"),
        ("groups", r" ?; ?\(?OH\)?(?P<number>[1-9]?)(?![A-Z0-9])"),
        ("list", rf" ?; ?\(?(?P<list>{_OH}(?:, ?{_OH})*)\)?(?![A-Z0-9])"),
        ("bracketed", rf"\((?P<list>{_OH}(?:, ?{_OH})*)\)(?P<number>[2-4]?)(?![0-9])"),
        ("added", r"\+(?P<number>[1-9]?)OH?(?P<again>[1-9]?)(?![A-Z0-9])"),
        ("added", r"-?OH(?![A-Z0-9])|h(?![A-Z0-9])"),  # -H is an adduct
        ("branch", r"-?\(?(?:iso|anteiso|ai)\)?(?![A-Z])"),
        ("label", r"(?:-|\(|\[|\(\[)?(?P<label>d[0-9]{1,2}|(?:13C|15N|18O)[0-9]*|2H[0-9]+)"
                  r"(?:\]\)|\]|\))?(?![0-9:A-Z])"),
    )
)  # fmt: skip
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


class CeramideError(ValueError):
    """A ceramide cannot be read; the text says why, as a part of a sentence."""


@dataclass(frozen=True)
class WrittenChain:
    """A chain as written. ``counted`` is a number of hydroxyls in all, ``added`` one of more.

    ``counts_groups`` if the number is one of groups, ``(OH)2``, as full structures count those that
    are free. ``is_joined_by_hyphen`` if a hyphen stands before it.
    """

    carbons: int
    double_bonds: int
    letter: str = ""
    is_acyl: bool = False
    counted: int | None = None
    listed: tuple[int, ...] | None = None
    is_ambiguous: bool = False
    added: int = 0
    is_branched: bool = False
    has_positions: bool = False
    counts_groups: bool = False
    is_joined_by_hyphen: bool = False


@dataclass(frozen=True)
class WrittenCeramide:
    """The chains as written, where they start and end in the name, and isotope labels in them."""

    chains: tuple[WrittenChain, ...]
    start: int
    end: int
    labels: tuple[str, ...] = field(default=())

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
        is_acyl=text.startswith(("h", "n", "oh")) or bool(match["positions"]),
        added=int(text.startswith(("h", "oh")) or bool(match["inner"])),
        is_branched=bool(match["branch"]),
    )
    end = match.end()
    while True:
        for kind, pattern in _PARTS:
            part = pattern.match(name, end)
            if part:
                chain = _with_part(chain, kind, part, labels)
                end = part.end()
                break
        else:
            return chain, end


def _with_part(
    chain: WrittenChain, kind: str, part: re.Match[str], labels: list[str]
) -> WrittenChain:
    found = part.groupdict()
    if kind == "branch":
        return replace(chain, is_branched=True)
    if kind == "label":
        labels.append(found["label"])
        return chain
    if kind == "positions":
        if found["list"].count(",") >= chain.double_bonds:
            raise CeramideError(f"{part.group()} has more positions than there are double bonds")
        return replace(chain, has_positions=True)
    if kind == "added":
        number = found.get("number") or found.get("again") or 1
        return replace(chain, added=chain.added + int(number))
    if chain.counted is not None or chain.listed is not None:
        raise CeramideError("a chain has its hydroxyl groups twice")
    if kind == "groups" and not found["number"]:  # ;OH
        return replace(chain, listed=(0,), is_ambiguous=True)
    if kind in ("count", "groups"):
        count = int(found["number"] or 1)
        # Canonical names write O1; ;O is also the hydroxyl of an acyl chain.
        is_ambiguous = count == 1 and not part.group().upper().endswith("O1")
        counts_groups = kind == "groups"
        return replace(chain, counted=count, is_ambiguous=is_ambiguous, counts_groups=counts_groups)
    return _with_list(chain, found["list"], found.get("number"), is_bracketed=kind == "bracketed")


def _with_list(
    chain: WrittenChain, text: str, times: str | None, *, is_bracketed: bool
) -> WrittenChain:
    """The chain with hydroxyls that are named by position: ``(2OH)``, ``1OH,3OH``, ``(OH)2``."""
    numbers = tuple(
        int(number[0]) if (number := re.findall(r"[0-9]+", one)) else 0 for one in text.split(",")
    )
    if is_bracketed and times:
        return replace(chain, listed=numbers * int(times), counts_groups=True)
    # 18:1;2OH is a hydroxyl at position 2 by the shorthand, and two of them by habit.
    is_ambiguous = not is_bracketed and len(numbers) == 1 and numbers[0] > 1
    return replace(chain, listed=numbers, is_ambiguous=is_ambiguous)
