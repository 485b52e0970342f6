"""What all tests share: the real peaks, and where the project lies."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent
# How long an example takes says more of the machine than of the code.
settings.register_profile("sialoscope", deadline=None)
settings.load_profile("sialoscope")
PORCINE_BRAIN = ROOT.parent / "shared" / "data" / "porcine_brain_peaks.csv"


@pytest.fixture(scope="session")
def porcine_brain() -> Path:
    """The table of 323 real peaks; CI must have it."""
    if not PORCINE_BRAIN.exists():
        reason = f"The real peaks are not at {PORCINE_BRAIN}."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return PORCINE_BRAIN
