"""Rule 3: how many isomers a prefix has, told from the table.

GD1 is a or b, and the later peak is GD1b; GT1 is a, b or c. Peaks of one isomer gather at one
intercept (app/analysis/model/intercept_search.py); a prefix has as many isomers as there are
intercepts. A letter in the name says which it is; else the earliest is a. A modified form of which
only one isomer is there gets the letter of its core's nearer one.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from app.analysis.evidence.posterior import Attribution, Candidates, Mixture, attribute
from app.analysis.model.intercept_search import SLOTS, Search
from app.analysis.model.regression import Array
from app.analysis.model.retention_model import RetentionModel
from app.analysis.model.training import FITTED_PEAKS, first_law, refit
from app.analysis.names.isomers import LETTERS, OTHER_LETTERS
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import Study, first_that_holds
from app.analysis.state.data_warning import DataWarning

VERDICTS = ("several isomers", "one isomer")
SEARCHES = 2
# Fragments that keep both sialic acids of the inner galactose, which GD1b has and GD1a has not; and
# by how many standard deviations they must speak against the order to be reported.
DISIALO = ("GD3", "GD2")
CONTRADICTED_SDS = 2.0
# A lone isomer of a modified form lies this near to one of its core, and twice as near as to any
# other.
SAME_ISOMER_MIN = 0.2


def apply(study: Study) -> Study:
    """Search the intercepts of every prefix, twice: the second time with a better law."""
    places = study.evidence.first(FITTED_PEAKS)
    evidence = study.evidence.only(places)
    law, mixture, letters = first_law(evidence), Mixture.of(evidence), _letters(study.names)
    known: dict[str, list[float]] = {}
    for _ in range(SEARCHES):
        search = Search(evidence, law, mixture, letters, known).run()
        slots, known = _slots(search), search.found
        law = _law(search, slots)
    counts = slots["prefix"].value_counts()
    several = counts.filter(pl.col("count") > 1)["prefix"]
    is_split = study.names["prefix"].is_in(several.implode()).to_numpy()
    return (
        replace(study, fitted=evidence, fitted_places=places, slots=slots, model=law)
        .with_found(
            {"verdict_3": first_that_holds(is_split)[study.evidence.species]}, verdict_3=VERDICTS
        )
        .warn(*_warnings(search))
    )


def _letters(names: pl.DataFrame) -> dict[str, list[str]]:
    """The isomer letters that names of a prefix are written with."""
    lettered = names.filter(pl.col("letter").is_not_null())
    found = lettered.group_by("prefix").agg(pl.col("letter").unique().sort())
    return dict(found.iter_rows())


def _law(search: Search, slots: pl.DataFrame) -> RetentionModel:
    """The law fitted to the peaks at the intercepts."""
    evidence = search.evidence
    candidates = Candidates.of(evidence.names, slots)
    base = search.own_base_min[candidates.number]
    at = candidates.table["intercept_min"]
    sd = np.where(at.is_null(), search.intercept_sd_min, search.width_min)
    found = _attribution(search, candidates, (base + at.fill_null(0.0).to_numpy(), sd))
    return refit(evidence, candidates, found, search.law)


def _attribution(
    search: Search, candidates: Candidates, predicted: tuple[Array, Array]
) -> Attribution:
    evidence = search.evidence
    return attribute(
        evidence,
        candidates,
        predicted,
        search.mixture,
        np.full(len(evidence.row), 0.5),
        np.full(search.prefixes.height, 0.16),
        search.virtual,
    )


def _slots(search: Search) -> pl.DataFrame:
    rows = [row for prefix in search.found for row in _slots_of(prefix, search)]
    return pl.DataFrame(rows, schema=SLOTS, orient="row").sort("group")


def _slots_of(prefix: str, search: Search) -> list[tuple[object, ...]]:
    at, core = search.found[prefix], prefix.partition("+")[0]
    letters = _letters_of(prefix, search)
    if len(at) > 1 or prefix in search.letters:
        named = zip(letters, at, strict=False)
        return [(prefix, f"{prefix}/{x}", x, n, one) for n, (x, one) in enumerate(named)]
    if not at:
        return [(prefix, prefix, None, 0, None)]
    of_core = search.found.get(core, [])
    distance = np.abs(np.array(of_core) - at[0])
    order = np.argsort(distance)
    if len(of_core) > 1 and distance[order[0]] <= min(SAME_ISOMER_MIN, distance[order[1]] / 2):
        letter = _letters_of(core, search)[int(order[0])]
        return [(prefix, f"{prefix}/{letter}", letter, int(order[0]), at[0])]
    return [(prefix, prefix, None, 0, at[0])]


def _letters_of(prefix: str, search: Search) -> Sequence[str]:
    core = prefix.partition("+")[0]
    return search.letters.get(prefix) or LETTERS.get(core, OTHER_LETTERS)


def _warnings(search: Search) -> list[DataWarning]:
    """Whether disialo fragments, which GD1b loses its outer sugars to, rather follow GD1a."""
    if len(search.found.get("GD1", [])) != len(LETTERS["GD1"]):
        return []
    early, late = search.children("GD1", DISIALO)
    if early - late < CONTRADICTED_SDS * np.sqrt(early + late) or early + late == 0:
        return []
    text = (
        f"The earlier GD1 is taken to be GD1a, but {early} disialo fragments (GD3, GD2) elute with "
        f"it and {late} with the later one. The labels a and b may be the wrong way round."
    )
    return [DataWarning("isomer_order", text)]


RULE = Rule(
    number=3,
    title="Isomers",
    needs=("has_parent",),
    gives=("verdict_3",),
    apply=apply,
    sentence=pl.when(pl.col("verdict_3") == "several isomers")
    .then(pl.format("{} has several isomers here; this peak is nearest to {}.", "prefix", "group"))
    .otherwise(pl.format("{} is taken to have one isomer.", "prefix")),
)
