"""A second scheduler runs beside the first for longer than a sweep takes to come round."""

import subprocess
import sys
import time
from random import Random

from tests.chaos.installation import Installation

TOGETHER_S = 12


def inject(installation: Installation, _: Random) -> None:
    """Start it, and kill it afterwards."""
    command = [sys.executable, "-m", "app.cli", "scheduler"]
    environment = installation.server.command_environment()
    second = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    time.sleep(TOGETHER_S)
    second.kill()
    second.wait()
