"""Read what stands after the numbers of a chain: hydroxyls, positions, branches and labels."""

import re

import msgspec
from msgspec.structs import replace

_OH = r"(?:[0-9]{1,2}[RS]?-?)?OH(?:\[[RS]\]|\([RS]\))?"
# What may stand after the numbers of a chain. The order decides.
_PARTS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE | re.ASCII))
    for kind, pattern in (
        ("positions", r"\((?:delta|[nw]-?)?(?P<list>[0-9]{1,2}[EZct]?(?:, ?[0-9]{1,2}[EZct]?)*)\)"),
        ("positions", r" \((?:delta|[nw]-?)(?P<list>[0-9]{1,2}[EZct]?(?:, ?[0-9]{1,2}[EZct]?)*)\)"),
        ("positions", r"(?:delta|[nw]-?)(?P<list>[0-9]{1,2}[EZct]?(?:,[0-9]{1,2}[EZct]?)*)"),
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


class CeramideError(ValueError):
    """A ceramide cannot be read; the text says why, as a part of a sentence."""


class WrittenChain(msgspec.Struct, frozen=True):
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


def with_parts(
    chain: WrittenChain, name: str, end: int, labels: list[str]
) -> tuple[WrittenChain, int]:
    """The chain with all that stands directly after a place in a name, and where that ends.

    Isotope labels are added to ``labels``.

    Raises:
        CeramideError: the parts contradict each other.
    """
    # No part begins with the bracket that ends the ceramide.
    while end < len(name) and name[end] != ")":
        for kind, pattern in _PARTS:
            part = pattern.match(name, end)
            if part:
                if kind == "label":
                    labels.append(part["label"])
                else:
                    chain = _with_part(chain, kind, part)
                end = part.end()
                break
        else:
            break
    return chain, end


def _with_part(chain: WrittenChain, kind: str, part: re.Match[str]) -> WrittenChain:
    found = part.groupdict()
    if kind == "branch":
        return replace(chain, is_branched=True)
    if kind == "positions":
        if found["list"].count(",") >= chain.double_bonds:
            raise CeramideError(f"{part.group()} has more positions than there are double bonds")
        return replace(chain, has_positions=True)
    if kind == "added":
        number = found.get("number") or found.get("again") or 1
        return replace(chain, added=chain.added + int(number))
    if chain.counted is not None or chain.listed is not None:
        raise CeramideError("a chain has its hydroxyl groups twice")
    if kind in ("count", "groups"):
        return _with_count(chain, kind, part)
    return _with_list(chain, found["list"], found.get("number"), is_bracketed=kind == "bracketed")


def _with_count(chain: WrittenChain, kind: str, part: re.Match[str]) -> WrittenChain:
    """The chain with a number of hydroxyls: ``;O2``, ``;2O``, ``;(OH)2``; ``;OH`` has none."""
    counts_groups = kind == "groups"
    if counts_groups and not part["number"]:
        return replace(chain, listed=(0,), is_ambiguous=True)
    count = int(part["number"] or 1)
    # Canonical names write O1; ;O is also the hydroxyl of an acyl chain.
    is_ambiguous = count == 1 and not part.group().upper().endswith("O1")
    return replace(chain, counted=count, is_ambiguous=is_ambiguous, counts_groups=counts_groups)


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
