"""Measures the steps of an analysis: their time, their processor time, and their peak memory."""

import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from workers.messages import Measured

# Linux keeps the peak of a process; writing 5 resets it (proc_pid_clear_refs(5)).
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
PEAK = "VmHWM:"
RESET_PEAK = "5"


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
        with suppress(OSError):  # elsewhere the peak is that since the start of the process
            CLEAR.write_text(RESET_PEAK)
        self._began_s, self._cpu_s = time.perf_counter(), time.process_time()


def _peak_bytes() -> int:
    """Return the most memory that this process had at once since the step began."""
    with suppress(OSError, StopIteration):
        lines = STATUS.read_text().splitlines()
        return int(next(line for line in lines if line.startswith(PEAK)).split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
