"""A worker hangs: stopped for longer than its leases last, it then goes on with its old jobs."""

import os
import signal
import time
from contextlib import suppress
from random import Random

from app.db.jobs.conditions import LEASE_S
from tests.chaos.installation import Installation
from tests.servers import wait_until

# Others have its jobs by then, and may have ended them.
STOPPED_S = LEASE_S + 5


def inject(installation: Installation, chance: Random) -> None:
    """Stop one worker and let it go on; what it still does with its job must come to nothing."""
    server = installation.server
    place = chance.random()
    wait_until(lambda: bool(server.pids("worker")))
    pids = server.pids("worker")
    hung = pids[int(place * len(pids))]
    with suppress(ProcessLookupError):  # it was killed meanwhile
        os.kill(hung, signal.SIGSTOP)
        time.sleep(STOPPED_S)
        os.kill(hung, signal.SIGCONT)
