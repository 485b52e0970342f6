"""How far the lines of a table are from those of classes with more sugars: its own, or absent ones.

In-source fragments elute where the species of a heavier class do. The law of the table predicts
each usual class by its sugars, those that the table lacks too.
"""

import numpy as np

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.model.law.design import CERAMIDE_COLUMNS, at_reference_ceramide
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.names.species import HEX_BY_SERIES, HEXNAC_BY_SERIES, SIALIC_BY_LETTER
from app.analysis.names.species_table import SpeciesTable, whole_numbers
from app.analysis.names.sugar_losses import LOSABLE_SUGARS, lost_sugar_counts
from app.analysis.state.doubts.class_names import USUAL_CLASSES

# A difference is known no better than this, so that a group is at no distance from itself.
LEAST_VARIANCE = 1e-18
# What classes without modifications have none of.
NONE_OF = ("neugc", "dhex", "oacetyl", "hexnac_added", "late")


def sds_from_heavier_class(model: RetentionModel, named: frozenset[str]) -> Array:
    """How many SDs each group of a model elutes from the nearest class that it can be fragments of.

    ``named`` are the cores that the table has. A group without a heavier class is infinitely far.
    """
    return np.minimum(sds_from_heavier_line(model), _sds_from_absent_class(model, named))


def sds_from_heavier_line(model: RetentionModel) -> Array:
    """The same of the groups of the table alone."""
    is_heavier = lost_sugar_counts(model.glycans, model.glycans) > 0
    return _nearest(_sds_apart(model, model.peak_sd_min), is_heavier)


def _sds_from_absent_class(model: RetentionModel, named: frozenset[str]) -> Array:
    """The same of the usual classes that the table lacks."""
    times_min, _ = model.reference_times
    absent = [core for core in USUAL_CLASSES if core not in named]
    if not absent:
        return np.full(len(times_min), np.inf)
    classes = _classes(absent)
    expected_min, sd_min = _expected(model, classes)
    sds = np.abs(times_min[:, None] - expected_min) / sd_min
    return _nearest(sds, lost_sugar_counts(model.glycans, classes) > 0)


def errors_from_further_sugar(model: RetentionModel) -> Array:
    """How many standard errors each group is from the nearest one that has a sugar more.

    That one may have other sugars fewer: then both can be fragments of one class.
    """
    sugars = whole_numbers(model.glycans, *LOSABLE_SUGARS)
    more = np.maximum(sugars[None, :, :] - sugars[:, None, :], 0).sum(axis=2)
    return _nearest(_sds_apart(model, 0.0), more > 0)


def _sds_apart(model: RetentionModel, own_sd_min: float) -> Array:
    """How far each group elutes from each other one (groups, groups), which scatter by a SD."""
    times_min, covariance = model.reference_times
    variance = np.diag(covariance)[:, None] + np.diag(covariance) - 2 * covariance
    sd_min = np.sqrt(np.maximum(variance, LEAST_VARIANCE) + own_sd_min**2)
    apart: Array = np.abs(times_min[:, None] - times_min) / sd_min
    return apart


def _nearest(sds: Array, is_possible: Mask) -> Array:
    nearest: Array = np.where(is_possible, sds, np.inf).min(axis=1)
    return nearest


def _expected(model: RetentionModel, classes: SpeciesTable) -> tuple[Array, Array]:
    """The times of classes with the ceramide 38:1;O2 by their sugars, and the SD of each."""
    design = model.design(at_reference_ceramide(classes))
    _, sd_min = model.predict(design)
    return model.straight_mean(design), sd_min


def _classes(cores: list[str]) -> SpeciesTable:
    """A table of classes without modifications, with what a model needs of them."""
    series = [int(core[2]) for core in cores]
    sialic = np.array([SIALIC_BY_LETTER[core[1]] for core in cores])
    hexes = np.array([HEX_BY_SERIES[each] for each in series])
    hexnacs = np.array([HEXNAC_BY_SERIES[each] for each in series])
    nothing = np.zeros(len(cores), dtype=np.int64)
    return SpeciesTable(
        {
            "group": np.array(cores, dtype=object),
            **dict.fromkeys((*CERAMIDE_COLUMNS, *NONE_OF), nothing),
            "hex": hexes,
            "hexnac": hexnacs,
            "neutral_sugars": hexes + hexnacs,
            "neuac": sialic,
            "sialic": sialic,
        }
    )
