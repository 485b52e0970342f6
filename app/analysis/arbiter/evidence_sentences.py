"""The sentences that say why a peak is judged so: time, mass, fragments, rarity and areas."""

from collections.abc import Mapping
from typing import Any

from app.analysis.arbiter.judgements import NOT_JUDGED, SIDES, UNDECIDED
from app.analysis.arbiter.readings import Titles
from app.analysis.names.cells.sample_roles import BLANK
from app.analysis.state.preparation.set_apart import STANDARD

# An annotation that is less usual than this among undisputed peaks is said to be so.
UNUSUAL = 0.1
# A difference of masses beyond this, in ppm, is that of another molecule.
FAR_PPM = 100.0
OTHER = {"first": "second", "second": "first"}


def evidence_sentence(peak: Mapping[str, Any], titles: Titles) -> str:
    """What speaks for and against the annotations of a judged peak (``judge``), in sentences."""
    named = dict(zip(SIDES, titles, strict=True))
    annotating = [side for side in SIDES if peak[f"is_in_{side}"]]
    said = [*_absence(peak, named), *_unusable(peak, named, annotating)]
    if peak["judgement"] == NOT_JUDGED:
        return " ".join([*said, "So it was not judged."])
    annotations = _distinct_annotations(peak, annotating)
    said += [each for each in (_times(annotations), _masses(annotations)) if each]
    said += [
        sentence
        for annotation in annotations
        for sentence in (_fragment(annotation), _unusual(annotation))
        if sentence
    ]
    said += _splits(peak, named)
    if peak["judgement"] == UNDECIDED:
        said.append("That does not decide.")
    return " ".join(said)


def _absence(peak: Mapping[str, Any], named: Mapping[str, str]) -> list[str]:
    return [f"{named[side]} has no row of it." for side in SIDES if not peak[f"is_in_{side}"]]


def _unusable(
    peak: Mapping[str, Any], named: Mapping[str, str], annotating: list[str]
) -> list[str]:
    """Why the analysis did not judge a label."""
    if BLANK in (peak[f"set_apart_{side}"] for side in annotating):
        return ["It is a peak of a blank."]
    said = []
    for side in annotating:
        if peak[f"set_apart_{side}"] == STANDARD:
            said.append(f"{named[side]} calls it a standard that was added.")
        elif peak[f"species_{side}"] is None:
            said.append(f"{named[side]} gives no name of a ganglioside.")
        elif peak[f"call_{side}"] == "invalid":
            said.append(f"The analysis cannot use the row of {named[side]}.")
    return said


def _distinct_annotations(peak: Mapping[str, Any], annotating: list[str]) -> list[dict[str, Any]]:
    """The annotations with a species, each once if the programs agree."""
    suffixes = [side for side in annotating if peak[f"species_{side}"] is not None]
    if peak["kind"] == "same":
        suffixes = suffixes[:1]
    annotations = []
    for side in suffixes:
        ending = f"_{side}"
        annotation = {
            name.removesuffix(ending): peak[name] for name in peak if name.endswith(ending)
        }
        annotations.append(annotation | {"label": _label(peak, annotation)})
    return annotations


def _label(peak: Mapping[str, Any], annotation: Mapping[str, Any]) -> str:
    """The species, with what tells it from the other annotation."""
    if peak["kind"] == "adduct":
        return f"{annotation['species']} as {annotation['adduct']}"
    return str(annotation["molecular"] if peak["kind"] == "chains" else annotation["species"])


def _times(annotations: list[dict[str, Any]]) -> str:
    """Where the law expects the annotations."""
    parts = [
        f"{annotation['label']} at {annotation['predicted_rt_min']:.3f} min, "
        f"{abs(annotation['rt_min'] - annotation['predicted_rt_min']):.3f} min from this peak"
        for annotation in annotations
        if annotation["predicted_rt_min"] is not None
    ]
    return f"The retention law expects {', and '.join(parts)}." if parts else ""


def _masses(annotations: list[dict[str, Any]]) -> str:
    parts = [
        _mass(annotation) for annotation in annotations if annotation["mass_error_ppm"] is not None
    ]
    return f"The m/z is {' and '.join(parts)}." if parts else ""


def _mass(annotation: Mapping[str, Any]) -> str:
    ppm = abs(annotation["mass_error_ppm"])
    return f"{f'{ppm:.1f} ppm from' if ppm < FAR_PPM else 'not'} that of {annotation['label']}"


def _fragment(annotation: Mapping[str, Any]) -> str:
    if annotation["call"] != "fragment":
        return ""
    parent = annotation["parent_row"]
    source = "a species that was not picked"
    if parent is not None:
        source = f"{annotation['parent']}, row {parent} of the analysis"
    return f"{annotation['label']} can be an in-source fragment of {source}."


def _unusual(annotation: Mapping[str, Any]) -> str:
    if annotation["usual"] >= UNUSUAL:
        return ""
    return f"Hardly any undisputed peak has the class or the ceramide of {annotation['label']}."


def _splits(peak: Mapping[str, Any], named: Mapping[str, str]) -> list[str]:
    return [
        f"{named[side]} splits it into rows {' and '.join(str(peak[f'rows_{side}']).split('+'))}, "
        f"whose areas add up to that of {named[OTHER[side]]}."
        for side in SIDES
        if "+" in str(peak[f"rows_{side}"] or "")
    ]
