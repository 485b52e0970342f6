"""The broker is killed; what it wrote in its last second may be gone (appendfsync everysec)."""

from random import Random

from tests.chaos.installation import Installation
from tests.servers import killed, wait_until


def inject(installation: Installation, _: Random) -> None:
    """Kill it; the supervisor restarts it on the same files."""
    server = installation.server
    wait_until(lambda: killed(server.broker_pids()))
