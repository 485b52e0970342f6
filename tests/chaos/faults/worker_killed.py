"""A worker or its analysis process is killed, at whatever it does."""

from random import Random

from tests.chaos.installation import Installation
from tests.servers import killed, wait_until

ANALYSIS_SHARE = 1 / 3


def inject(installation: Installation, chance: Random) -> None:
    """Kill one; the supervisor or the worker restarts it."""
    server = installation.server
    of_workers = chance.random() >= ANALYSIS_SHARE
    place = chance.random()

    def one() -> list[int]:
        pids = (not of_workers and server.analyses()) or server.pids("worker")
        return pids[int(place * len(pids)) :][:1]

    wait_until(lambda: killed(one()))
