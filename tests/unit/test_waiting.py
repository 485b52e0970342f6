"""The estimated wait of a job in the queue."""

from dataclasses import replace

import pytest

from app.db.jobs.turns.estimate import Load
from app.web.wait_estimate import estimated_wait_s

MB = 1_000_000
# A second for each MB.
KNOWN = Load(bytes_before=0, running=[], samples=5, sampled_bytes=10 * MB, sampled_s=10.0)


@pytest.mark.parametrize(
    ("mb_before", "running", "places", "wait_s"),
    [
        (0, [], 1, 5),
        (6, [], 1, 6),
        (61, [], 1, 70),
        (61, [], 2, 40),
        (340, [], 1, 400),
        (0, [(30 * MB, 10.0)], 1, 20),
        (0, [(30 * MB, 100.0)], 1, 5),
    ],
)
def test_the_wait_follows_from_the_bytes_before_and_is_rounded_up_to_one_digit(
    mb_before: int, running: list[tuple[int, float]], places: int, wait_s: int
) -> None:
    load = replace(KNOWN, bytes_before=mb_before * MB, running=running)
    assert estimated_wait_s(load, places=places) == wait_s


def test_nothing_is_said_when_nothing_is_known() -> None:
    assert estimated_wait_s(KNOWN, places=0) is None
    assert estimated_wait_s(replace(KNOWN, samples=2), places=1) is None
    assert estimated_wait_s(replace(KNOWN, sampled_bytes=0), places=1) is None
