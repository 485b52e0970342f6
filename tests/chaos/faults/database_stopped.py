"""The database is away for ten seconds: connections break, and new ones are refused."""

import time
from random import Random

from tests.chaos.installation import Installation

AWAY_S = 10


def inject(installation: Installation, _: Random) -> None:
    """Stop PostgreSQL and start it again; SQLite has no process that could be away."""
    if installation.postgresql:
        installation.postgresql.stop()
        time.sleep(AWAY_S)
        installation.postgresql.start()
