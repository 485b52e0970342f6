"""A cohort as the API shows it."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app.analysis.cohort_statistics.cells import MEANINGS, NO_PEAK
from app.analysis.cohort_statistics.measures import MEASURES, UNITS
from app.analysis.state.calls import CALLS
from app.web.features.cohorts.cohort import Cohort
from app.web.features.cohorts.lacking import lacking_of_composition, lacking_of_lines


class CohortSample(msgspec.Struct, frozen=True, kw_only=True):
    """A sample; ``calls`` counts its rows by call and ``composition`` is percent by category."""

    sample: str
    role: str
    group: Annotated[str, Meta(description="Its group of replicates; empty for none.")]
    rows: int
    calls: dict[str, int]
    species: Annotated[int, Meta(description="How many species are called true.")]
    true_area: Annotated[float, Meta(description="The summed area of the true species.")]
    drift_min: Annotated[
        float | None, Meta(description="How many minutes later it elutes than the cohort.")
    ]
    composition: dict[str, float | None]
    incomplete: Annotated[
        dict[str, list[str]],
        Meta(
            description="By category: species and isomers that are confirmed in another sample, "
            "but not here, where its percent lacks them."
        ),
    ]


class CohortSamples(msgspec.Struct, frozen=True, kw_only=True):
    """The samples of a cohort in the order of the table."""

    samples: list[CohortSample]


class GroupMean(msgspec.Struct, frozen=True, kw_only=True):
    """A species in a group: ``n`` of its ``of`` samples have a value. SD is null below 2 values."""

    group: str
    n: int
    of: int
    mean: float
    sd: float | None
    cv_percent: Annotated[float | None, Meta(description="Null with fewer than 3 values.")]


class MatrixRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the matrix: its values and their states, in the order of the samples.

    ``species`` is the name of the species, or of what else the lines are ``by``, such as a class.
    """

    species: str
    prefix: str | None
    values: list[float | None]
    states: list[str]
    incomplete: Annotated[
        dict[str, list[str]],
        Meta(
            description="By sample: species and isomers that are confirmed in another sample, but "
            "not here, so that the sum lacks them."
        ),
    ]
    qc_cv_percent: Annotated[
        float | None, Meta(description="The variation in the quality controls, from 3 values on.")
    ]
    groups: list[GroupMean]


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """Species by sample: ``total`` species in all, ``about`` says what the values are.

    ``states`` has the meaning of each state of a cell; only ``true`` ones count in means. ``notes``
    say which standards were used and which classes have none.
    """

    by: str
    measure: str
    unit: str
    about: str
    notes: list[str]
    states: dict[str, str]
    samples: list[str]
    total: int
    species: list[MatrixRow]


class ComparedSpecies(msgspec.Struct, frozen=True, kw_only=True):
    """A species in two groups; null where nothing could be tested, and ``note`` says why."""

    species: str
    n_one: int
    n_other: int
    mean_one: Annotated[float | None, Meta(description="The geometric mean.")]
    mean_other: Annotated[float | None, Meta(description="The geometric mean.")]
    log2_fold_change: float | None
    low: Annotated[float | None, Meta(description="The 95 % interval of the change, from.")]
    high: Annotated[float | None, Meta(description="The 95 % interval of the change, to.")]
    hedges_g: float | None
    hedges_g_low: float | None
    hedges_g_high: float | None
    p: Annotated[float | None, Meta(description="By Welch's t test on log2 values.")]
    adjusted_p: Annotated[float | None, Meta(description="By Benjamini and Hochberg.")]
    note: str
    incomplete_one: Annotated[
        int, Meta(description="How many sums are left out because they lack species or isomers.")
    ]
    incomplete_other: int


class GroupComparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two groups compared: changes are of ``other`` over ``one``; ``tested`` species have a p."""

    one: str
    other: str
    measure: str
    about: str
    tested: int
    species: list[ComparedSpecies]


def samples_view(cohort: Cohort) -> list[CohortSample]:
    """The samples with their composition."""
    shares, lacking = cohort.composition(), lacking_of_composition(cohort)
    return [
        CohortSample(
            **{name: each[name] for name in ("sample", "role", "group", "rows", "species")},
            calls={call: each[call] for call in CALLS},
            true_area=each["true_area"],
            drift_min=each["drift_min"],
            composition=shares.get(each["sample"], {}),
            incomplete=lacking.get(each["sample"], {}),
        )
        for each in cohort.samples.to_dicts()
    ]


def matrix_view(cohort: Cohort, names: list[str], *, limit: int, offset: int) -> Matrix:
    """Some species of the matrix, in some samples."""
    page = cohort.species.slice(offset, limit)
    measure = cohort.query.measure
    return Matrix(
        by=cohort.query.by,
        measure=measure,
        unit=UNITS[measure],
        about=MEASURES[measure],
        notes=cohort.notes,
        states=MEANINGS,
        samples=names,
        total=cohort.species.height,
        species=_matrix_rows(cohort, dict(page.select("species", "prefix").iter_rows()), names),
    )


def _matrix_rows(cohort: Cohort, prefixes: dict[str, str], names: list[str]) -> list[MatrixRow]:
    """The rows of some species, by their prefixes, in some samples."""
    listed, shown = list(prefixes), set(names)
    values, states = (cohort.wide(column, listed, names) for column in ("value", "state"))
    means, missing = _means(cohort, listed), lacking_of_lines(cohort, listed)
    return [
        MatrixRow(
            species=species,
            prefix=prefix,
            values=values[species],  # type: ignore[arg-type]
            states=[str(state or NO_PEAK) for state in states[species]],
            incomplete={name: it for name, it in missing[species].items() if name in shown},
            qc_cv_percent=cohort.qc_variation.get(species),
            groups=means.get(species, []),
        )
        for species, prefix in prefixes.items()
    ]


def _means(cohort: Cohort, listed: list[str]) -> dict[str, list[GroupMean]]:
    found: dict[str, list[GroupMean]] = {}
    wanted = set(listed)
    for each in cohort.means.iter_rows(named=True):
        if each["species"] in wanted:
            found.setdefault(each["species"], []).append(_mean(each))
    return found


def _mean(row: dict[str, Any]) -> GroupMean:
    return GroupMean(**{name: row[name] for name in GroupMean.__struct_fields__})


def comparison_view(cohort: Cohort, one: str, other: str) -> GroupComparison:
    """Two groups compared.

    Raises:
        QueryError: There is no such group, or both are the same.
    """
    compared = cohort.compared(one, other)
    measure = cohort.query.measure
    return GroupComparison(
        one=one,
        other=other,
        measure=measure,
        about=MEASURES[measure],
        tested=compared["p"].count(),
        species=[ComparedSpecies(**each) for each in compared.to_dicts()],
    )
