"""A worker or its analysis process is killed, at whatever it does."""

import os
import signal
from random import Random

from tests.chaos.installation import Installation
from tests.servers import wait_until


def inject(installation: Installation, chance: Random) -> None:
    """Kill one; the supervisor or the worker starts it anew."""
    server = installation.server
    targets = server.analyses() if chance.random() < 1 / 3 else []
    wait_until(lambda: bool(server.pids("worker")))
    os.kill(chance.choice(targets or server.pids("worker")), signal.SIGKILL)
