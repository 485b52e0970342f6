"""Which classes have peaks of another mass than their names, by the differences alone."""

import numpy as np

from app.analysis.evidence.masses.names_by_mass import MisnamedClasses, misnamed_classes

TWO_CARBONS_DA = 28.0313


def found_in(
    off_da: list[float], core: list[int], explained: list[int]
) -> tuple[MisnamedClasses, ...]:
    """The classes of peaks with some differences from their names, some explained by adducts."""
    is_explained = np.isin(np.arange(len(core)), explained)
    reach_da = np.full(len(core), 0.05)
    return misnamed_classes(np.array(off_da), reach_da, np.array(core), is_explained)


def test_a_class_is_misnamed_if_most_of_its_peaks_are_changed_alike() -> None:
    (found,) = found_in([TWO_CARBONS_DA] * 6 + [0.0] * 6, [0] * 6 + [1] * 6, [])
    assert found.change.words == "2 carbons more"
    assert found.cores.tolist() == [0]
    assert found.rows.tolist() == list(range(6))


def test_peaks_that_another_adduct_explains_can_leave_no_class_misnamed() -> None:
    off_da = [TWO_CARBONS_DA] * 6 + [46.0055] * 10
    assert not found_in(off_da, [0] * 16, list(range(6, 16)))


def test_unknown_masses_show_nothing() -> None:
    assert not found_in([np.nan] * 8, [0] * 8, [])
