"""Hostile requests by the hundred over raw sockets, while a second user works."""

from collections.abc import Iterator

import pytest

from tests.fuzz.hostile_requests import hostile_requests
from tests.fuzz.request_campaign import MOST_LEFT, campaign
from tests.servers import Sialoscope, running_sialoscope

SEED, LEAST = 20_261_126, 200
# How long the web works, for hostile requests too, while somebody waits for a page.
LONGEST_P99_CPU_S = 1


@pytest.fixture(scope="module")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope({"SIALOSCOPE_ACCOUNTS": "true"}) as running:
        yield running


def test_the_requests_of_a_seed_are_always_the_same_and_of_many_kinds() -> None:
    first, again = (list(hostile_requests("token", seed=SEED)) for _ in range(2))
    assert first == again
    assert len({each.content for each in first}) >= LEAST


def test_no_hostile_request_breaks_the_web_or_keeps_others_waiting(server: Sialoscope) -> None:
    report = campaign(server, seed=SEED)
    assert report.troubles == []
    assert report.p99_cpu_s < LONGEST_P99_CPU_S
    assert report.memory_after < report.memory_before * MOST_LEFT
