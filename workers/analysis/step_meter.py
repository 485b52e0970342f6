"""Measures the steps of an analysis: their time, their processor time, and their peak memory."""

import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from workers.analysis.messages import Measured

# Linux keeps the peak of a process; writing 5 resets it (proc_pid_clear_refs(5)).
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
PEAK = b"VmHWM:"
# The text of a status is shorter.
ENOUGH_BYTES = 10_000
RESET_PEAK = b"5"


class StepMeter:
    """Reports each step when it has ended; the next one begins at once."""

    def __init__(self, report: Callable[[Measured], None]) -> None:
        self._report = report
        self._begin()

    def end(self, step: str) -> None:
        """Report a step that ends now."""
        self._report(
            Measured(
                step=step,
                seconds=round(time.perf_counter() - self._began_s, 4),
                cpu_s=round(time.process_time() - self._cpu_s, 4),
                memory_bytes=_peak_bytes(),
            )
        )
        self._begin()

    def _begin(self) -> None:
        # Elsewhere the peak is that since the start of the process.
        with suppress(OSError), CLEAR.open("wb", buffering=0) as file:
            file.write(RESET_PEAK)
        self._began_s, self._cpu_s = time.perf_counter(), time.process_time()


def _peak_bytes() -> int:
    """Return the most memory that this process had at once since the step began."""
    with suppress(OSError, ValueError), STATUS.open("rb", buffering=0) as file:
        status = file.read(ENOUGH_BYTES) or b""
        return int(status[status.index(PEAK) + len(PEAK) :].split(maxsplit=1)[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
