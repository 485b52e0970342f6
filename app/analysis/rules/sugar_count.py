"""Rule 2: count the sugars of a name.

A core has as many sialic acids as its letter says and 5 minus its digit neutral sugars; added Hex,
HexNAc, dHex and NeuGc count, O-acetyl groups do not (Svennerholm 1963, J Neurochem 10:613).
"""

import numpy as np
import polars as pl
from msgspec.structs import replace

from app.analysis.names.species import HEXNAC_BY_SERIES
from app.analysis.rules.rule import Rule
from app.analysis.state.analysis_state import AnalysisState


def apply(state: AnalysisState) -> AnalysisState:
    """Count the HexNAc added to each core; the sugars of a name are counted as it is parsed."""
    in_core = np.array([HEXNAC_BY_SERIES[series] for series in state.names["series"]])
    added = state.names["hexnac"].to_numpy() - in_core.astype(np.int32)
    counted = replace(state, arrays=state.arrays.with_names(hexnac_added=added))
    verdict = np.zeros(len(state.arrays.row), dtype=np.uint8)
    return counted.with_peak_columns({"verdict_2": verdict}, verdict_2=("counted",))


RULE = Rule(
    number=2,
    title="Sugar count",
    gives=("verdict_2",),
    apply=apply,
    sentence=pl.coalesce(
        "problem",
        pl.format(
            "{} has {} sugars (sialic acids: {}, neutral sugars: {}).",
            *("prefix", "sugars", "sialic", "neutral_sugars"),
        ),
    ),
    unusable="not counted",
)
