"""The broker is killed; what it wrote in its last second may be gone (appendfsync everysec)."""

import os
import signal
from random import Random

from tests.chaos.installation import Installation
from tests.servers import wait_until


def inject(installation: Installation, _: Random) -> None:
    """Kill it; the supervisor starts it anew on the same files."""
    wait_until(lambda: bool(installation.server.broker_pids()))
    for pid in installation.server.broker_pids():
        os.kill(pid, signal.SIGKILL)
