"""Memory that is free in the process goes back to the machine."""

from pathlib import Path

import numpy as np

from app.analysis.computing.freed_memory import give_back

PIECES = 10_000
PIECE = 4_000  # numbers: 32 kB, which glibc takes from its heap


def test_freed_pieces_below_one_in_use_go_back_to_the_machine() -> None:
    pieces = [np.ones(PIECE) for _ in range(PIECES)]
    last = pieces.pop()
    held = _held_bytes()
    del pieces
    give_back()
    assert held - _held_bytes() > 0.9 * PIECES * last.nbytes


def _held_bytes() -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(found.split()[1]) * 1024
