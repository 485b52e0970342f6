"""The web process is killed with all its streams and requests."""

from random import Random

from tests.chaos.installation import Installation
from tests.servers import killed, wait_until


def inject(installation: Installation, _: Random) -> None:
    """Kill it; the supervisor, which holds the port, restarts it."""
    server = installation.server
    wait_until(lambda: killed(server.pids("web")))
