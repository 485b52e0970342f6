"""A process for tests: answers each line with its process id, or sleeps on the word ``sleep``."""

import os
import sys
import time

for line in sys.stdin:
    if line.strip() == "sleep":
        time.sleep(60)
    if line.strip() == "die":
        sys.exit(1)
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
