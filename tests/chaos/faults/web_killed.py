"""The web process is killed with all its streams and requests."""

import os
import signal
from random import Random

from tests.chaos.installation import Installation
from tests.servers import wait_until


def inject(installation: Installation, _: Random) -> None:
    """Kill it; the supervisor, which holds the port, starts it anew."""
    wait_until(lambda: bool(installation.server.pids("web")))
    for pid in installation.server.pids("web"):
        os.kill(pid, signal.SIGKILL)
