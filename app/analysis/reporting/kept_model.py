"""What a result keeps of the retention model, so that targets are found when somebody reads them.

The coefficients of the law with their covariance, to the last bit, one row for each class of the
model, and the species of the table with the isomers of their classes; as MessagePack.
"""

from typing import Any, NamedTuple

import msgspec
import numpy as np
from msgspec.structs import astuple

from app.analysis.evidence.array_types import Array
from app.analysis.evidence.peaks.time_curve import TimeCurve
from app.analysis.model.law.bend import Bend
from app.analysis.model.law.candidates import NAMED
from app.analysis.model.law.design import Levels
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.spline_basis import SplineBasis
from app.analysis.model.least_squares.regression import Fit
from app.analysis.model.parents.possible_parents import OF_GROUP
from app.analysis.names.composition import RESIDUES
from app.analysis.names.species_table import SpeciesTable

# Its name among the files of a result.
FILE = "model.msgpack"
OF_GLYCAN = tuple(dict.fromkeys(("prefix", "isomer", *OF_GROUP, *RESIDUES)))
OF_ISOMER = ("prefix", "isomer", "group", "late")
Columns = dict[str, list[Any]]


class KeptModel(NamedTuple):
    """A retention model, which needs no training but one row a group; the species, and the isomers.

    ``names`` are the species of the table and ``isomer_groups`` the isomers of its classes.
    """

    model: RetentionModel
    names: SpeciesTable
    isomer_groups: SpeciesTable


class _StoredBend(msgspec.Struct, frozen=True):
    """The bend of a stored model: the straight law that it goes along, and its knots."""

    coefficients: bytes
    centre_min: float
    low_min: float
    high_min: float
    knots: int


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A kept model as it is stored; arrays are bytes of 64-bit numbers, least byte first."""

    groups: tuple[str, ...]
    cores: tuple[str, ...]
    ceramides: tuple[int, ...]
    coefficients: bytes
    covariance: bytes
    pool_sd_min: bytes
    noise_sd_min: float
    own_sd_min: float
    centre_min: float
    glycans: Columns
    names: Columns
    isomer_groups: Columns
    bend: _StoredBend | None = None
    curve: tuple[float, float, float] | None = None


def encode_model(kept: KeptModel | None) -> bytes:
    """The text of a model and its species; None stands for a run without a model."""
    if kept is None:
        return msgspec.msgpack.encode(None)
    model, fit, levels = kept.model, kept.model.fit, kept.model.levels
    stored = _Stored(
        groups=levels.groups,
        cores=levels.cores,
        ceramides=levels.ceramides,
        coefficients=_bytes(fit.coefficients),
        covariance=_bytes(fit.covariance),
        pool_sd_min=_bytes(fit.pool_sd),
        noise_sd_min=float(fit.noise_sd),
        own_sd_min=float(model.own_sd_min),
        centre_min=float(model.centre_min),
        glycans=model.glycans.lists(*OF_GLYCAN),
        names=kept.names.lists(*NAMED),
        isomer_groups=kept.isomer_groups.lists(*OF_ISOMER),
        bend=_stored_bend(model.bend),
        curve=None if model.curve is None else astuple(model.curve),
    )
    return msgspec.msgpack.encode(stored)


def decode_model(content: bytes) -> KeptModel | None:
    """The model and the species that ``encode_model`` wrote; None of a run without a model.

    Raises:
        msgspec.MsgspecError: The content is damaged.
    """
    stored = msgspec.msgpack.decode(content, type=_Stored | None)
    if stored is None:
        return None
    coefficients, none = _array(stored.coefficients), np.zeros(0)
    covariance = _array(stored.covariance).reshape(len(coefficients), -1)
    fit = Fit(
        coefficients=coefficients,
        make_covariance=lambda: covariance,
        weights=none,
        residuals=none,
        leverage=none,
        variance=none,
        noise_sd=stored.noise_sd_min,
        pool_sd=_array(stored.pool_sd_min),
    )
    levels = Levels(stored.groups, stored.cores, stored.ceramides)
    glycans = _table(stored.glycans)
    bend = _bend_of(stored.bend)
    of_law = fit, stored.centre_min, stored.own_sd_min
    curve = None if stored.curve is None else TimeCurve(*stored.curve)
    model = RetentionModel(glycans, levels, *of_law, bend=bend, curve=curve)
    return KeptModel(model, _table(stored.names), _table(stored.isomer_groups))


def _stored_bend(bend: Bend | None) -> _StoredBend | None:
    if bend is None:
        return None
    basis, coefficients = bend.basis, _bytes(bend.coefficients)
    return _StoredBend(coefficients, float(bend.centre_min), basis.low, basis.high, basis.knots)


def _bend_of(stored: _StoredBend | None) -> Bend | None:
    if stored is None:
        return None
    basis = SplineBasis(stored.low_min, stored.high_min, stored.knots)
    return Bend(_array(stored.coefficients), stored.centre_min, basis)


def _bytes(values: Array) -> bytes:
    return values.astype("<f8").tobytes()


def _array(content: bytes) -> Array:
    return np.frombuffer(content, "<f8").astype(np.float64)


def _table(columns: Columns) -> SpeciesTable:
    return SpeciesTable(
        {
            name: np.array(values) if _are_numbers(values) else np.array(values, dtype=object)
            for name, values in columns.items()
        }
    )


def _are_numbers(values: list[Any]) -> bool:
    return all(isinstance(value, int | float) for value in values)
