"""What the page says of a peak whose label is not confirmed."""

import pytest

from app.web.features.results.unconfirmed import OF_UNCONFIRMED, unconfirmed_as

PLAIN = dict.fromkeys(OF_UNCONFIRMED) | {"call": "outlier", "rule": 10}


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({}, "unexplained"),
        ({"ion": "sodium adduct"}, "sodium adduct"),
        ({"alternative_species": "GM1(38:1;O2) (0.8)"}, "likelier another species"),
        ({"set_apart": "blank"}, "background, as in a blank"),
        ({"mass_error_ppm": -30.0}, "m/z not that of its label"),
        ({"mass_error_ppm": 9.0}, "unexplained"),
        ({"mass_error_ppm": 30.0, "alternative_species": "GM2"}, "likelier another species"),
        ({"rule": 0, "ion": "sodium adduct"}, "decided by hand"),
    ],
)
def test_a_peak_is_named_by_what_it_is_instead(known: dict[str, object], words: str) -> None:
    assert unconfirmed_as(PLAIN | known, mz_tolerance_ppm=10.0) == words
