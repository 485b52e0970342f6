"""A process for tests: answers each line with its process id, or sleeps on the word ``sleep``."""

import os
import sys
import time

from app.runtime.limited_process import requests_until_end

for line in requests_until_end():
    if line.strip() == b"sleep":
        time.sleep(3600)
    if line.strip() == b"die":
        os._exit(1)
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
