"""An analysis process that analyzes nothing: what a job costs beside its analysis."""

import sys
from pathlib import Path

from workers.analysis.messages import Done, decode_request, encode

if __name__ == "__main__":
    for line in sys.stdin.buffer:
        Path(decode_request(line).folder).mkdir(parents=True)
        sys.stdout.buffer.write(encode(Done({"rows": 0, "counts": {}, "warnings": []})) + b"\n")
        sys.stdout.buffer.flush()
