"""The probability that the classes of a table have their own names, and not those of others.

Two classes can be exchanged everywhere, or one can have the name of one that the table lacks. Then
a retention law holds as before. The order of the classes and the sizes of fragments tell, as far
as they do (Bayes' theorem).
"""

import itertools
from typing import NamedTuple

import numpy as np

from app.analysis.evidence.array_types import Array, Indices
from app.analysis.evidence.classes.class_pairs import SUGARS, count_pairs, log_odds
from app.analysis.evidence.classes.class_times import log_evidence
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.names.species import HEX_BY_SERIES, HEXNAC_BY_SERIES, SIALIC_BY_LETTER

# One table in a hundred has such an error: own choice. Half of them are exchanges of two classes,
# half names of a class that the table lacks. Which ones, is equally likely.
PRIOR = 0.01
# The classes that occur in vertebrates (Svennerholm 1963, J Neurochem 10:613).
USUAL_CLASSES = (
    *("GM4", "GM3", "GM2", "GM1", "GD3", "GD2", "GD1"),
    *("GT3", "GT2", "GT1", "GQ1", "GP1"),
)
# Where more than this share of the rows of a class have the mass of their label, its name is right.
MOST = 0.5
Renamed = dict[str, str]


class ClassNames(NamedTuple):
    """Other names that the classes can have, each a name for some of the given ones.

    ``probability`` (hypotheses,) is that of each, and ``pairs`` (hypotheses, kinds) are how many
    pairs of peaks that elute together fit only with it, and how many only without.
    """

    others: tuple[Renamed, ...]
    probability: Array
    pairs: tuple[Array, Array]

    @property
    def all_right(self) -> float:
        """The probability that all classes have their own names."""
        return float(1 - self.probability.sum())

    @property
    def of_class(self) -> dict[str, float]:
        """The probability that a class has its own name, of each that can have another."""
        names = sorted({name for other in self.others for name in other})
        return {
            name: float(1 - self.probability[[name in other for other in self.others]].sum())
            for name in names
        }


def class_names(arrays: PeakArrays, p_true: Array, model: RetentionModel) -> ClassNames | None:
    """How likely the classes of a table have other names; None if none can have another.

    ``p_true`` (n,) are the probabilities of the labels by the law of the table.
    """
    times_min, variances = _class_times(model, arrays.time_scale)
    classes = tuple(times_min)
    others, prior = other_names(classes, _with_mass(arrays))
    if not others:
        return None
    given = _sugars_of(classes, [{}, *others])
    of_times = log_evidence(
        np.array([times_min[name] for name in classes]),
        np.array([variances[name] for name in classes]),
        np.stack([given[:, :, SUGARS.index("neuac")], given[:, :, :2].sum(axis=2)], axis=2),
        has_usual_sugars=model.has_usual_sugars,
    )
    log_times = of_times[1:] - of_times[0]
    cores = sorted({str(core) for core in arrays.species_table["core"]})
    of_cores = _sugars_of(cores, [{}, *others])
    pairs = count_pairs(arrays, p_true, of_cores[1:] - of_cores[0])
    log_posterior = np.log(prior) - np.log(1 - prior.sum()) + log_times + log_odds(*pairs)
    probability = np.exp(log_posterior - np.logaddexp.reduce([*log_posterior, 0.0]))
    return ClassNames(others, probability, pairs)


def _class_times(model: RetentionModel, scale: float) -> tuple[dict[str, float], dict[str, float]]:
    """The mean time of each class without modifications at 38:1;O2, and its variance."""
    times_min, covariance = model.reference_times
    of_class: dict[str, list[int]] = {}
    for place, group in enumerate(model.groups):
        name = group.partition("/")[0]
        if _is_core(name):
            of_class.setdefault(name, []).append(place)
    means = {name: float(times_min[at].mean()) / scale for name, at in of_class.items()}
    variances = {
        name: float(covariance[np.ix_(at, at)].mean()) / scale**2 for name, at in of_class.items()
    }
    return means, variances


def _is_core(name: str) -> bool:
    return len(name) == len("GM1") and name[1] in SIALIC_BY_LETTER and name[2].isdecimal()


def other_names(
    classes: tuple[str, ...], known: frozenset[str]
) -> tuple[tuple[Renamed, ...], Array]:
    """The other names that classes can have, but for those ``known`` to be right, and priors."""
    open_ones = [name for name in classes if name not in known]
    exchanges = [{one: two, two: one} for one, two in itertools.combinations(open_ones, 2)]
    missing = [name for name in USUAL_CLASSES if name not in classes]
    renamed = [{one: other} for one in open_ones for other in missing]
    prior = [PRIOR / 2 / len(kind) for kind in (exchanges, renamed) for _ in kind]
    return (*exchanges, *renamed), np.array(prior)


def _with_mass(arrays: PeakArrays) -> frozenset[str]:
    """The cores most of whose rows have an m/z that their label explains and chance does not."""
    cores, core = np.unique(arrays.species_table["core"].astype(str), return_inverse=True)
    of_peak = core[arrays.species]
    found = np.bincount(of_peak, arrays.has_own_mass, len(cores))
    share = found / np.maximum(np.bincount(of_peak, minlength=len(cores)), 1)
    return frozenset(cores[share > MOST].tolist())


def _sugars_of(cores: tuple[str, ...] | list[str], others: list[Renamed]) -> Indices:
    """The ``SUGARS`` of each core by each naming, (namings, cores, sugars)."""
    names = sorted({*cores, *USUAL_CLASSES})
    number = {name: place for place, name in enumerate(names)}
    named = np.tile([number[core] for core in cores], (len(others), 1))
    for at, other in enumerate(others):
        for core, name in other.items():
            named[at, cores.index(core)] = number[name]
    sugars: Indices = np.array([_sugars(name) for name in names])[named]
    return sugars


def _sugars(core: str) -> tuple[int, ...]:
    if not _is_core(core):
        return (0,) * len(SUGARS)
    series = int(core[2])
    own = {
        "hex": HEX_BY_SERIES[series],
        "hexnac": HEXNAC_BY_SERIES[series],
        "neuac": SIALIC_BY_LETTER[core[1]],
    }
    return tuple(own.get(sugar, 0) for sugar in SUGARS)
