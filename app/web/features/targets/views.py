"""A target as the API and the page show it."""

from typing import Annotated, Any

import msgspec
import polars as pl
from msgspec import Meta

from app.analysis.targets.choice import TargetChoice
from app.analysis.targets.target_ions import ions_of, product_mz, target_name


class TargetIonView(msgspec.Struct, frozen=True, kw_only=True):
    """An ion of a target; ``charge`` is signed."""

    adduct: str
    mz: float
    charge: int
    product_mz: Annotated[
        float | None, Meta(description="That of sialic acid; null for a species without any.")
    ]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A species that should be there and that no row was confirmed as; times are in minutes."""

    name: Annotated[str, Meta(description="The species; with early or late if it has no letter.")]
    species: str
    prefix: Annotated[str, Meta(description="The class, such as GD1+OAc.")]
    isomer: str | None
    probability: Annotated[
        float, Meta(description="How often, in this table, a class has a ceramide like this one.")
    ]
    predicted_rt_min: float
    interval_low_min: Annotated[float, Meta(description="The 95 % prediction interval.")]
    interval_high_min: float
    window_low_min: Annotated[float, Meta(description="The interval with the margin.")]
    window_high_min: float
    mass_da: float
    ions: list[TargetIonView]
    classes: Annotated[int, Meta(description="Other classes in which its ceramide was found.")]
    of_classes: Annotated[int, Meta(description="Of so many; isomers count as classes.")]
    neighbours: Annotated[
        list[str], Meta(description="Similar ceramides that were found in its class.")
    ]
    rows: Annotated[
        list[int], Meta(description="Rows of this name that are not confirmed as the species.")
    ]


class StandardToBuy(msgspec.Struct, frozen=True, kw_only=True):
    """A species that leaves the least doubt, if those of lower rank are known already."""

    rank: int
    name: Annotated[str, Meta(description="The species; with early or late if it has no letter.")]
    prefix: Annotated[str, Meta(description="The class, such as GD1+OAc.")]
    predicted_rt_min: float
    prediction_sd_min: Annotated[float, Meta(description="That of a new peak of the species.")]
    sd_before_min: Annotated[
        float,
        Meta(description="How well the law predicts doubtful rows: a root mean square, before it."),
    ]
    sd_after_min: Annotated[float, Meta(description="The same after it.")]
    doubt_before: Annotated[
        float | None,
        Meta(
            description="The sum of p(1 - p) over rows, with p the confidence, before it: the "
            "Brier score to expect times the rows. Null in results of older versions."
        ),
    ]
    doubt_after: Annotated[float | None, Meta(description="The same after it, on average.")]


def standard_views(standards: pl.DataFrame) -> list[StandardToBuy]:
    """The standards of a result (``STANDARD_SCHEMA``)."""
    same = ("rank", "prefix", "predicted_rt_min", "prediction_sd_min")
    return [
        StandardToBuy(
            name=target_name(each["species"], each["isomer"]),
            **{name: each[name] for name in (*same, "sd_before_min", "sd_after_min")},
            # Files of older versions have no doubt.
            doubt_before=each.get("doubt_before"),
            doubt_after=each.get("doubt_after"),
        )
        for each in standards.iter_rows(named=True)
    ]


def target_views(targets: pl.DataFrame, choice: TargetChoice) -> list[Target]:
    """Some targets (``TARGET_SCHEMA``) with their ions in the chosen polarity."""
    return [_view(target, choice) for target in targets.iter_rows(named=True)]


def _view(target: dict[str, Any], choice: TargetChoice) -> Target:
    ions = ions_of(target["mass_da"], target["sialic"], choice.polarity)
    product = product_mz(target, choice.polarity)
    same = ("species", "prefix", "isomer", "probability", "predicted_rt_min", "mass_da")
    more = ("interval_low_min", "interval_high_min", "classes", "of_classes")
    return Target(
        name=target_name(target["species"], target["isomer"]),
        window_low_min=max(target["interval_low_min"] - choice.margin_min, 0.0),
        window_high_min=target["interval_high_min"] + choice.margin_min,
        ions=[
            TargetIonView(adduct=adduct, mz=mz, charge=charge, product_mz=product)
            for adduct, mz, charge in ions
        ],
        neighbours=target["neighbours"].split(", ") if target["neighbours"] else [],
        rows=[int(row) for row in target["rows"].split(", ")] if target["rows"] else [],
        **{name: target[name] for name in (*same, *more)},
    )
