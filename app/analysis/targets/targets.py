"""Targets: species that should be in the sample, but that no row is confirmed as or ambiguous for.

The grid of the classes of the retention model and of the ceramides that were picked in any of them;
what is not picked in it is a target, with its predicted time and its probability
(app/analysis/targets/found_ceramides.py).
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from app.analysis.evidence.array_types import Array, Indices, Mask
from app.analysis.model.law.design import CERAMIDE_COLUMNS
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.parents.possible_parents import OF_GROUP
from app.analysis.names.composition import RESIDUES
from app.analysis.names.isomers import BY_ORDER
from app.analysis.names.masses import masses_da
from app.analysis.names.species_table import SpeciesTable
from app.analysis.reporting.kept_model import KeptModel
from app.analysis.reporting.rows import INTERVAL_SDS
from app.analysis.targets.found_ceramides import FoundCeramides

PICKED = ("true", "ambiguous")
# Times are minutes of the table. ``species`` has the letter of the isomer, if it is known;
# ``isomer`` is a letter, or early, middle or late. Of ``of_classes`` other classes, isomers apart,
# ``classes`` have the ceramide, and ``neighbours`` are the ceramides nearby that the class has.
# ``rows`` have the name, but are neither confirmed as the species nor ambiguous. Both are joined by
# commas.
TARGET_SCHEMA: dict[str, pl.DataType] = {
    "species": pl.String(),
    "prefix": pl.String(),
    "isomer": pl.String(),
    "carbons": pl.Int32(),
    "double_bonds": pl.Int32(),
    "hydroxyls": pl.Int32(),
    "probability": pl.Float64(),
    "predicted_rt_min": pl.Float64(),
    "interval_low_min": pl.Float64(),
    "interval_high_min": pl.Float64(),
    "mass_da": pl.Float64(),
    "sialic": pl.Int32(),
    "neuac": pl.Int32(),
    "neugc": pl.Int32(),
    "kdn": pl.Int32(),
    "classes": pl.UInt32(),
    "of_classes": pl.UInt32(),
    "neighbours": pl.String(),
    "rows": pl.String(),
}
WORDS_OF_ORDER = BY_ORDER[max(BY_ORDER)]
# What names a species, as ``species_name`` takes it.
NAMED = ("prefix", "isomer", *CERAMIDE_COLUMNS)
OF_GLYCAN = ("prefix", "isomer", "sialic", "neuac", "neugc", "kdn")
# What targets and standards need to know of the rows (``ROW_SCHEMA``).
JUDGED = ("row", "call", *NAMED, "anchor", "confidence", "residual_min")
Ceramide = tuple[int, int, int]


class _Grid(NamedTuple):
    """Classes (rows of ``glycans``) and ceramides, which of them were picked, and the rows left."""

    glycans: SpeciesTable
    ceramides: list[Ceramide]
    found: FoundCeramides
    unpicked_rows: dict[tuple[str, Ceramide], list[int]]


def targets(kept: KeptModel | None, rows: pl.DataFrame) -> pl.DataFrame:
    """The targets of a run (``TARGET_SCHEMA``), the likeliest first.

    ``rows`` are those of the result, with ``JUDGED`` and what a person decided on them.
    """
    model = None if kept is None else kept.model
    grid = _grid(model, rows) if model is not None else None
    if model is None or grid is None:
        return pl.DataFrame(schema=TARGET_SCHEMA)
    group, ceramide = np.nonzero(~grid.found.is_picked)
    species = _species(grid, group, ceramide)
    found = pl.DataFrame(
        {
            **species.lists(*CERAMIDE_COLUMNS, *OF_GLYCAN),
            "species": [species_name(*about) for about in species.iter_rows(*NAMED)],
            "probability": grid.found.probability[group, ceramide],
            **_predicted(model, species),
            "mass_da": masses_da(species),
            **_evidence(grid, group, ceramide),
        },
        schema=TARGET_SCHEMA,
        strict=False,
    )
    return found.sort("probability", "species", descending=[True, False])


def _predicted(model: RetentionModel, species: SpeciesTable) -> dict[str, Array]:
    """When each species should elute, and the interval of that, in minutes (species,)."""
    mean, sd = model.predict(model.design(species))
    return {
        "predicted_rt_min": mean,
        "interval_low_min": mean - INTERVAL_SDS * sd,
        "interval_high_min": mean + INTERVAL_SDS * sd,
    }


def species_name(
    prefix: str, isomer: str | None, carbons: int, double_bonds: int, hydroxyls: int
) -> str:
    """The name of a species, with the letter of its isomer where that is known."""
    letter = "" if isomer is None or isomer in WORDS_OF_ORDER else isomer
    return f"{prefix[:3]}{letter}{prefix[3:]}({carbons}:{double_bonds};O{hydroxyls})"


def _species(grid: _Grid, group: Indices, ceramide: Indices) -> SpeciesTable:
    names = dict.fromkeys(("prefix", "isomer", *OF_GROUP, *RESIDUES))
    glycans = grid.glycans.select(*names).rows(group)
    parts = np.array(grid.ceramides)[ceramide]
    return glycans.with_columns(**dict(zip(CERAMIDE_COLUMNS, parts.T, strict=True)))


def _grid(model: RetentionModel, rows: pl.DataFrame) -> _Grid | None:
    """The grid of a model and rows; None if nothing was picked."""
    glycans = model.glycans
    of_prefix: defaultdict[str, list[tuple[int, str | None]]] = defaultdict(list)
    for place, (prefix, isomer) in enumerate(glycans.iter_rows("prefix", "isomer")):
        of_prefix[prefix].append((place, isomer))
    judged = rows.filter(pl.col("prefix").is_not_null(), pl.col("call") != "invalid")
    is_picked = pl.col("call").is_in(PICKED)
    picked = {
        (place, (carbons, double_bonds, hydroxyls))
        for prefix, isomer, carbons, double_bonds, hydroxyls in _distinct(judged.filter(is_picked))
        for place in _places(of_prefix[prefix], isomer)
    }
    if not picked:
        return None
    left = _rows_by_name(judged.filter(~is_picked))
    ceramides = sorted({ceramide for _, ceramide in picked})
    mask = _mask(picked, glycans.height, ceramides)
    return _Grid(glycans, ceramides, FoundCeramides(mask, np.array(ceramides)), left)


def _distinct(rows: pl.DataFrame) -> Iterator[tuple[str, str | None, int, int, int]]:
    """Prefix, isomer and ceramide of rows, each once."""
    return iter(rows.select(NAMED).unique().iter_rows())


def _rows_by_name(rows: pl.DataFrame) -> dict[tuple[str, Ceramide], list[int]]:
    """The numbers of the rows with the same prefix and ceramide, in their order."""
    found = rows.group_by("prefix", *CERAMIDE_COLUMNS, maintain_order=True).agg("row")
    return {
        (prefix, (carbons, double_bonds, hydroxyls)): numbers
        for prefix, carbons, double_bonds, hydroxyls, numbers in found.iter_rows()
    }


def _places(of_prefix: list[tuple[int, str | None]], isomer: str | None) -> list[int]:
    """The classes that a row of a prefix was picked in: all, where its isomer is unresolved."""
    exactly = [place for place, of_group in of_prefix if of_group == isomer]
    return exactly or [place for place, _ in of_prefix]


def _mask(picked: set[tuple[int, Ceramide]], classes: int, ceramides: list[Ceramide]) -> Mask:
    number = {ceramide: place for place, ceramide in enumerate(ceramides)}
    mask = np.zeros((classes, len(ceramides)), dtype=np.bool_)
    for place, ceramide in picked:
        mask[place, number[ceramide]] = True
    return mask


def _evidence(grid: _Grid, group: Indices, ceramide: Indices) -> dict[str, object]:
    """What speaks for each pair of a class and a ceramide."""
    found, texts = grid.found, ["{}:{};O{}".format(*each) for each in grid.ceramides]
    near = found.is_picked[group] & found.is_near[ceramide]
    prefixes = grid.glycans["prefix"][group].tolist()
    return {
        "classes": found.classes_with[group, ceramide],
        "of_classes": np.full(len(group), grid.glycans.height - 1),
        "neighbours": [", ".join(texts[place] for place in np.flatnonzero(each)) for each in near],
        "rows": [
            ", ".join(map(str, grid.unpicked_rows.get((prefix, grid.ceramides[place]), ())))
            for prefix, place in zip(prefixes, ceramide.tolist(), strict=True)
        ],
    }
