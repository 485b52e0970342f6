"""The sentences that say why a peak is judged so: time, mass, fragments, rarity and areas."""

from collections.abc import Mapping
from typing import Any

from app.analysis.arbiter.judgements import SIDES, UNDECIDED
from app.analysis.arbiter.readings import Titles

# A claim that is less usual than this among the peaks on which the programs agree is said to be.
UNUSUAL = 0.1
# A difference of masses beyond this, in ppm, is that of another molecule.
FAR_PPM = 100.0
OTHER = {"first": "second", "second": "first"}


def evidence_sentence(peak: Mapping[str, Any], titles: Titles) -> str:
    """What speaks for and against the claims on a judged peak (``judge``), in a few sentences."""
    named = dict(zip(SIDES, titles, strict=True))
    claiming = [side for side in SIDES if peak[f"is_in_{side}"]]
    said = [*_absence(peak, named), *_unreadable(peak, named, claiming)]
    claims = _distinct_claims(peak, claiming)
    said += [each for each in (_times(claims), _masses(claims)) if each]
    said += [
        sentence for claim in claims for sentence in (_fragment(claim), _unusual(claim)) if sentence
    ]
    said += _splits(peak, named)
    if peak["judgement"] == UNDECIDED:
        said.append("That does not decide.")
    return " ".join(said) or "Neither row can be judged."


def _absence(peak: Mapping[str, Any], named: Mapping[str, str]) -> list[str]:
    return [f"{named[side]} has no row of it." for side in SIDES if not peak[f"is_in_{side}"]]


def _unreadable(
    peak: Mapping[str, Any], named: Mapping[str, str], claiming: list[str]
) -> list[str]:
    return [
        f"{named[side]} gives no name of a ganglioside."
        for side in claiming
        if peak[f"species_{side}"] is None
    ]


def _distinct_claims(peak: Mapping[str, Any], claiming: list[str]) -> list[dict[str, Any]]:
    """The claims with a species, each once if the programs agree."""
    suffixes = [side for side in claiming if peak[f"species_{side}"] is not None]
    if peak["kind"] == "same":
        suffixes = suffixes[:1]
    claims = []
    for side in suffixes:
        ending = f"_{side}"
        claim = {name.removesuffix(ending): peak[name] for name in peak if name.endswith(ending)}
        claims.append(claim | {"label": _label(peak, claim)})
    return claims


def _label(peak: Mapping[str, Any], claim: Mapping[str, Any]) -> str:
    """The species, with what tells it from the other claim."""
    if peak["kind"] == "adduct":
        return f"{claim['species']} as {claim['adduct']}"
    return str(claim["molecular"] if peak["kind"] == "chains" else claim["species"])


def _times(claims: list[dict[str, Any]]) -> str:
    """Where the law expects the claims."""
    parts = [
        f"{claim['label']} at {claim['predicted_rt_min']:.3f} min, "
        f"{abs(claim['rt_min'] - claim['predicted_rt_min']):.3f} min from this peak"
        for claim in claims
        if claim["predicted_rt_min"] is not None
    ]
    return f"The retention law expects {', and '.join(parts)}." if parts else ""


def _masses(claims: list[dict[str, Any]]) -> str:
    parts = [_mass(claim) for claim in claims if claim["mass_error_ppm"] is not None]
    return f"The m/z is {' and '.join(parts)}." if parts else ""


def _mass(claim: Mapping[str, Any]) -> str:
    ppm = abs(claim["mass_error_ppm"])
    return f"{f'{ppm:.1f} ppm from' if ppm < FAR_PPM else 'not'} that of {claim['label']}"


def _fragment(claim: Mapping[str, Any]) -> str:
    if claim["call"] != "fragment":
        return ""
    parent = claim["parent_row"]
    source = "a species that was not picked" if parent is None else f"row {parent} of the analysis"
    return f"{claim['label']} can be an in-source fragment of {source}."


def _unusual(claim: Mapping[str, Any]) -> str:
    if claim["usual"] >= UNUSUAL:
        return ""
    return f"Hardly any undisputed peak has the class or the ceramide of {claim['label']}."


def _splits(peak: Mapping[str, Any], named: Mapping[str, str]) -> list[str]:
    return [
        f"{named[side]} splits it into rows {' and '.join(str(peak[f'rows_{side}']).split('+'))}, "
        f"whose areas add up to that of {named[OTHER[side]]}."
        for side in SIDES
        if "+" in str(peak[f"rows_{side}"] or "")
    ]
