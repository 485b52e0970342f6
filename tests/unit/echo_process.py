"""A process for tests. It answers each line with its process id; some words do more.

``sleep`` takes an hour, ``die`` ends the process, and ``fill`` takes 200 MB and keeps them.
"""

import os
import sys
import time

from app.runtime.limited_process import requests_until_end

kept = b""
for line in requests_until_end():
    match line.strip():
        case b"sleep":
            time.sleep(3600)
        case b"die":
            os._exit(1)
        case b"fill":
            kept = b"." * 200_000_000
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
