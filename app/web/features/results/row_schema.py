"""The columns of a result, for the API's description."""

from types import NoneType
from typing import Annotated, get_args, get_type_hints

import msgspec
from msgspec import Meta


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table with its call; unknown values are null."""

    row: Annotated[int, Meta(description="The number of the row in the table, from 1.")]
    sample: Annotated[str, Meta(description="The sample; empty if the table has only one.")]
    name: Annotated[str | None, Meta(description="The name as given.")]
    rt_min: Annotated[float | None, Meta(description="Retention time in minutes.")]
    peak_area: Annotated[float | None, Meta(description="As given.")]
    log_p: Annotated[float | None, Meta(description="As given.")]
    anchor: Annotated[bool, Meta(description="Whether a person is sure of the label.")]
    species: Annotated[
        str | None, Meta(description="The canonical name, the same for every spelling.")
    ]
    prefix: Annotated[str | None, Meta(description="The headgroup, such as GD1+OAc.")]
    category: Annotated[str | None, Meta(description="GA, GM, GD, GT, GQ or GP.")]
    carbons: Annotated[int | None, Meta(description="Carbons in the ceramide.")]
    double_bonds: Annotated[int | None, Meta(description="Double bonds in the ceramide.")]
    hydroxyls: Annotated[int | None, Meta(description="Hydroxyl groups of the ceramide.")]
    sugars: Annotated[int | None, Meta(description="Sugars of the headgroup.")]
    call: Annotated[str, Meta(description="true, fragment, outlier, ambiguous or invalid.")]
    rule: Annotated[int | None, Meta(description="The rule that decided.")]
    reason: Annotated[str | None, Meta(description="Why, in a sentence.")]
    parent_row: Annotated[
        int | None, Meta(description="The row that it is a fragment or another ion of.")
    ]
    isomer: Annotated[str | None, Meta(description="Which isomer of its prefix.")]
    predicted_rt_min: Annotated[float | None, Meta(description="By the model, in minutes.")]
    residual_min: Annotated[float | None, Meta(description="Measured minus predicted, in min.")]
    studentised_residual: Annotated[float | None, Meta(description="In standard deviations.")]
    interval_low_min: Annotated[float | None, Meta(description="The 95 % interval, from.")]
    interval_high_min: Annotated[float | None, Meta(description="The 95 % interval, to.")]
    confidence: Annotated[float | None, Meta(description="Confidence in the label, 0 to 1.")]
    consolidated_volume: Annotated[
        float | None,
        Meta(
            description="Its area with those of its fragments and of its other ions; null where "
            "another row has it."
        ),
    ]
    ion: Annotated[
        str | None,
        Meta(description="Which other ion of its parent an outlier is, such as sodium adduct."),
    ]
    mass_error_ppm: Annotated[
        float | None,
        Meta(description="How far the m/z is from that of the label and adduct, recalibrated."),
    ]
    sample_role: Annotated[
        str | None, Meta(description="sample, blank, qc or standard; null if nothing tells it.")
    ]
    evidence_level: Annotated[
        str | None, Meta(description="MS/MS, low score or mass alone, as the program says.")
    ]
    mz: Annotated[float | None, Meta(description="The m/z as given.")]
    adduct: Annotated[str | None, Meta(description="The adduct, such as [M-2H]2-.")]
    charge: Annotated[str | None, Meta(description="The charge with its sign, such as 2-.")]
    isotope_label: Annotated[
        str | None,
        Meta(description="M+1 and so on for a natural isotope, else the label of a standard."),
    ]
    ion_group: Annotated[
        int | None,
        Meta(description="The row of the main ion; null for a species with one ion alone."),
    ]
    set_apart: Annotated[
        str | None,
        Meta(description="standard or blank for a row that is no species of a sample, else null."),
    ]
    molecular_name: Annotated[
        str | None, Meta(description="The canonical name with base and acyl chain, where known.")
    ]
    shorthand_name: Annotated[
        str | None, Meta(description="The LIPID MAPS shorthand, where one can write the glycan.")
    ]
    alternative_species: Annotated[
        str | None,
        Meta(
            description="What an outlier is instead, where mass and time decide: species with "
            "their probability, the likeliest first, as in GM2(38:1;O2) 0.82; GM1(36:1;O2) 0.06. "
            "Where the m/z contradicts the label, with adduct: GM2(38:1;O2) as [M-H]- 0.97."
        ),
    ]


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """The retention model of a prefix, or of one of its isomers."""

    prefix: str
    isomer: str | None
    n: Annotated[int, Meta(description="How many species it was fitted to.")]
    anchors: Annotated[int, Meta(description="How many of them are anchors.")]
    r2: Annotated[float | None, Meta(description="R squared of the fit.")]
    loo_r2: Annotated[float | None, Meta(description="R squared, each left out in turn.")]
    rmse_min: Annotated[float | None, Meta(description="Root mean square error in minutes.")]
    equation: str | None
    meets_r2_threshold: bool | None
    extrapolated: bool | None


def kinds_of(kind: type[msgspec.Struct]) -> dict[str, str]:
    """The type of each column: ``integer``, ``number``, ``string`` or ``boolean``."""
    names = {int: "integer", float: "number", str: "string", bool: "boolean"}
    return {
        name: names[next(each for each in get_args(hint) or (hint,) if each is not NoneType)]
        for name, hint in get_type_hints(kind).items()
    }
