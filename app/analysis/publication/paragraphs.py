"""A methods paragraph and a results paragraph, with the numbers of the run."""

from collections.abc import Iterator

import polars as pl

from app.analysis.names.cells.sample_roles import BLANK
from app.analysis.quantities.notes import listed
from app.analysis.quantities.species import Quantities
from app.analysis.quantities.species_lines import COUNTED
from app.analysis.quantities.totals import totals
from app.analysis.reporting.formats.format import Run
from app.analysis.state.calls import assignment

LARGEST_CLASSES = 6
FRAGMENT, OUTLIER = "fragment", "outlier"
# What each setting is called, and its unit.
SETTINGS = {
    "r2_threshold": "R² threshold {:g}",
    "outlier_threshold": "residual threshold {:g} SD",
    "rt_tolerance_min": "retention time tolerance {:g} min",
    "mz_tolerance_ppm": "mass tolerance {:g} ppm",
    "blank_factor": "blank factor {:g}",
}
# Without m/z the tolerance compares the masses of labels and of ions of other species alone.
CALCULATED_MASSES = {"mz_tolerance_ppm": "other ions within {:g} ppm of the calculated label mass"}


def methods(run: Run, found: Quantities) -> str:
    """How the labels were tested and the quantities computed, for the methods of a paper."""
    return " ".join([*_testing(run), *_quantification(found)])


def results(run: Run, found: Quantities) -> str:
    """How many peaks and species there are, and how much, for the results of a paper."""
    return " ".join([*_counts(run, found), *_composition(found)])


def _testing(run: Run) -> Iterator[str]:
    record, rows = run.record or {}, run.analysis.rows
    samples = rows["sample"].n_unique()
    in_samples = f" in {samples:,} samples" if samples > 1 else ""
    yield (
        f"The labels of {_count(rows.height, 'peak')}{in_samples} were tested with Sialoscope "
        f"{_software(run)}."
    )
    yield (
        "Names were read as glycan and ceramide. A retention model with partial pooling over "
        "classes and Student t errors was fitted by expectation maximisation, beginning with "
        f"{_count(int(rows['anchor'].sum()), 'anchor')}. Each label was weighed against in-source "
        "fragmentation, other ions of a ganglioside (sodium adduct, loss of water, M+2 isotope) "
        f"and no explanation, by {_evidence(rows)}; the assignment follows from the probabilities."
    )
    settings = record.get("settings", {})
    forms = SETTINGS if _has_mz(rows) else SETTINGS | CALCULATED_MASSES
    written = [form.format(settings[name]) for name, form in forms.items() if name in settings]
    if written:
        yield f"Settings were: {', '.join(written)}."
    overrides = len(record.get("overrides", ()))
    if overrides:
        yield f"{_count(overrides, 'row')} {_was(overrides)} decided by hand."


def _software(run: Run) -> str:
    return str((run.record or {}).get("software", {}).get("sialoscope", "of an unknown version"))


def _evidence(rows: pl.DataFrame) -> str:
    used = ["retention time"]
    used += ["peak area"] * (rows["peak_area"].null_count() < rows.height)
    used += ["m/z"] * _has_mz(rows)
    used += ["evidence level"] * (rows["evidence_level"].null_count() < rows.height)
    return " and ".join(filter(None, (", ".join(used[:-1]), used[-1])))


def _has_mz(rows: pl.DataFrame) -> bool:
    return rows["mz"].null_count() < rows.height


def _quantification(found: Quantities) -> Iterator[str]:
    yield "Areas of in-source fragments and other ions were added to their species once."
    if found.corrects_isotopes:
        yield (
            "Areas were corrected for isotopes with IsoSpec (Łącki et al. 2020): type I by the "
            "share of monoisotopic molecules, type II by the M+2 ion of the species with one "
            f"double bond more where both elute within {found.coelution_min:g} min."
        )
    else:
        yield "Areas were not corrected for isotopes."
    used = found.standards.drop_nulls("pmol").unique("name", maintain_order=True)
    if used.is_empty():
        yield "No internal standard was used, so shares are of areas (area %), not of amounts."
        return
    written = [
        f"{name} ({pmol:g} pmol, for {', '.join(classes) or 'no class'})"
        for name, pmol, classes in used.select("name", "pmol", "classes").iter_rows()
    ]
    yield (
        f"Amounts are relative to internal standards in the same sample: {'; '.join(written)}; "
        "the response within a class was taken as equal. Classes without a standard have no amount."
    )


def _counts(run: Run, found: Quantities) -> Iterator[str]:
    counts = run.analysis.counts()
    total = run.analysis.rows.height
    part = 100 / max(total, 1)
    shares = [
        f"{number:,} {_is_assigned(call, number)} ({part * number:.1f} %)"
        for call, number in counts.items()
    ]
    yield f"Of {_count(total, 'peak')}, {', '.join(shares[:-1])} and {shares[-1]}."
    yield from _other_ions(run.analysis.rows)
    rate = run.analysis.false_discovery_rate
    if rate is not None:
        yield f"The estimated false discovery rate of the confirmed peaks is {100 * rate:.1f} %."
    elif counts[COUNTED]:
        yield "The confirmed peaks are too few to estimate their false discovery rate."
    true = found.species.filter(pl.col("call") == COUNTED)
    names, classes = true["species"].n_unique(), true["prefix"].n_unique()
    yield (
        f"The confirmed peaks are {names:,} species, isomers counted once, of "
        f"{_count(classes, 'class', 'classes')}."
    )


def _is_assigned(call: str, number: int) -> str:
    if call == FRAGMENT:
        return "is an in-source fragment" if number == 1 else "are in-source fragments"
    return f"{'is' if number == 1 else 'are'} {assignment(call)}"


def _other_ions(rows: pl.DataFrame) -> Iterator[str]:
    found = rows.filter(pl.col("call") == OUTLIER).drop_nulls("ion").group_by("ion").len()
    ordered = found.sort("len", "ion", descending=[True, False])
    named = [f"{ion} ({number:,})" for ion, number in ordered.iter_rows()]
    if named:
        yield (
            "Of those that are not confirmed, another ion of a species explains "
            f"{found['len'].sum():,}: {listed(named)}."
        )


def _composition(found: Quantities) -> Iterator[str]:
    """The largest classes by area %, and by mol % where every species has an amount."""
    sums = totals(found.species, "class").filter(pl.col("sample_role").ne_missing(BLANK))
    yield from _largest(sums, "area_percent", "% of the area")
    if sums.height and not sums["without_pmol"].sum():
        yield from _largest(sums, "mol_percent", "mol %")
        amounts = sums.group_by("sample").agg(pl.col("pmol").sum())["pmol"].to_list()
        yield f"The total is {_range(amounts, '{:,.4g}')} pmol{_each(amounts)}."


def _largest(sums: pl.DataFrame, share: str, unit: str) -> Iterator[str]:
    samples = sums["sample"].n_unique()
    means = (
        sums.group_by("group", maintain_order=True)
        .agg(mean=pl.col(share).sum() / max(samples, 1))
        .sort("mean", descending=True)
    )
    named = [
        f"{group} ({mean:.1f} {unit})"
        for group, mean in means.head(LARGEST_CLASSES).iter_rows()
        if mean
    ]
    if named:
        over = ", by their mean over samples," if samples > 1 else ""
        yield f"The largest classes{over} are {listed(named)}."


def _range(values: list[float], form: str) -> str:
    low, high = form.format(min(values)), form.format(max(values))
    return low if low == high else f"{low} to {high}"


def _each(values: list[float]) -> str:
    return " in each sample" if len(values) > 1 else ""


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
