"""Every package that is installed, and every vendored script, has a licence that fits."""

from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

import pytest

from tests.supply_chain.licences import READ_BY_HAND, fits, licences_of, stated_licences
from tests.supply_chain.lock import read_pins
from tests.supply_chain.vendored import VENDORED, Script

INSTALLED = sorted(
    {pin.name for lock in ("build", "test") for pin in read_pins(lock) if pin.is_installed_here}
)


@pytest.mark.parametrize("name", INSTALLED)
def test_a_package_has_a_licence_that_fits(name: str) -> None:
    licences = licences_of(distribution(name))
    assert licences, f"{name} states no licence: leave it out, or read its files (READ_BY_HAND)"
    for licence in licences:
        assert fits(licence), f"{name} is under {licence}, which a product under MIT cannot take in"


@pytest.mark.parametrize("script", VENDORED, ids=lambda script: script.file)
def test_a_vendored_script_has_a_licence_that_fits(script: Script) -> None:
    assert fits(script.licence)


@pytest.mark.parametrize("name", READ_BY_HAND)
def test_a_licence_is_read_by_hand_only_where_the_package_states_none(name: str) -> None:
    assert stated_licences(distribution(name)) == []
    assert READ_BY_HAND[name].reason


@pytest.mark.parametrize(
    "licence",
    ["GPL-3.0-only", "AGPL-3.0-or-later", "MIT AND GPL-2.0-only", "Proprietary", "UNKNOWN",
     "GNU General Public License v3 (GPLv3)", "LicenseRef-Own", "SSPL-1.0", ""],
)  # fmt: skip
def test_a_licence_does_not_fit(licence: str) -> None:
    assert not fits(licence)


@pytest.mark.parametrize("licence", ["MIT", "GPL-2.0-only OR MIT", "Apache-2.0 AND (MIT OR ISC)"])
def test_a_licence_fits(licence: str) -> None:
    assert fits(licence)


@pytest.mark.parametrize(
    ("lines", "licences"),
    [
        ([], []),
        (["License: See the file"], []),
        (["License: MIT"], ["MIT"]),
        (["License-Expression: MIT OR Apache-2.0", "License: old"], ["MIT OR Apache-2.0"]),
        (["Classifier: License :: OSI Approved :: MIT License"], ["MIT"]),
        (["Classifier: License :: OSI Approved"], []),
        (
            ["License: GPLv3", "Classifier: License :: OSI Approved :: Some License"],
            ["Some License"],
        ),
    ],
)
def test_licences_are_read_from_metadata(
    lines: list[str], licences: list[str], tmp_path: Path
) -> None:
    assert licences_of(_package(tmp_path, lines)) == licences


def _package(folder: Path, lines: list[str]) -> Distribution:
    info = folder / "sample-1.0.dist-info"
    info.mkdir()
    text = ["Metadata-Version: 2.4", "Name: sample", "Version: 1.0", *lines]
    (info / "METADATA").write_text("\n".join(text) + "\n")
    return PathDistribution(info)
