"""What a sentence calls a species that was not picked."""

import numpy as np
from msgspec.structs import replace

from app.analysis.model.parents.possible_ions import PossibleIons
from app.analysis.names.species_table import SpeciesTable
from app.analysis.pipeline import run_rules
from app.analysis.settings import AnalysisSettings
from tests.perf.accuracy import read_table
from tests.simulator import Variation, simulate
from tests.unit.analysis.tables import initial_state

NAMES = {
    "prefix": ["GD1", "GD1", "GM3", "GM1"],
    "group": ["GD1a", "GD1b", "GM3 late", "GM1"],
    "carbons": [38, 38, 36, 34],
    "double_bonds": [0, 0, 1, 1],
    "hydroxyls": [2, 2, 2, 2],
}


def test_a_parent_of_a_class_with_isomers_says_which_it_is() -> None:
    ions = _ions_at([])
    isomers = {"GD1a": "a", "GD1b": "b", "GM3 late": "late"}
    assert ions.parent_names(isomers) == (
        "isomer a of GD1(38:0;O2)",
        "isomer b of GD1(38:0;O2)",
        "the late isomer of GM3(36:1;O2)",
        "GM1(34:1;O2)",
    )


def test_the_likeliest_parent_is_the_nearest_and_the_first_of_equal_ones() -> None:
    peaks = [("GD1(36:1;O2)", 9.0), ("GD1(36:1;O2)", 9.4), ("GD1(36:1;O2)", 13.0)]
    arrays = initial_state(peaks).arrays
    ions = _ions_at([9.1, 9.0, 9.0, 9.5])
    found = ions.likeliest(arrays, np.arange(3), np.ones(3))
    assert found.tolist() == [1, 3, -1]


def test_the_density_of_the_same_peaks_is_found_once_for_each_model() -> None:
    table = read_table(simulate(Variation(seed=3)).table)
    state = run_rules(table, AnalysisSettings())
    ions, model = state.possible_ions, state.model
    assert ions is not None
    assert model is not None
    density = ions.density(state.arrays)
    assert ions.density(state.arrays) is density
    later = ions.predicted_by(replace(model, centre_min=model.centre_min + 1))
    assert not np.array_equal(later.density(state.arrays), density)


def _ions_at(times_min: list[float]) -> PossibleIons:
    """Ions of species that were not picked, which the first species of a table can be."""
    size = len(times_min)
    zero = np.zeros(size, dtype=np.int64)
    return PossibleIons(
        parents=SpeciesTable({name: np.array(values) for name, values in NAMES.items()}),
        child=zero,
        parent=zero,
        kind=zero,
        ppm=np.zeros(size),
        part=np.ones(size),
        named=np.full(size, -1),
        design=np.zeros(size),
        time_min=np.array(times_min),
        sd_min=np.full(size, 0.1),
    )
