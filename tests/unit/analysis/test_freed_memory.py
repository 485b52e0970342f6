"""Memory that is free in the process goes back to the machine."""

import numpy as np

from app.analysis.computing.freed_memory import give_back
from tests.own_memory import memory_bytes

PIECES = 10_000
PIECE = 4_000  # numbers: 32 kB, which glibc takes from its heap


def test_freed_pieces_below_one_in_use_go_back_to_the_machine() -> None:
    pieces = [np.ones(PIECE) for _ in range(PIECES)]
    last = pieces.pop()
    held = memory_bytes("VmRSS")
    del pieces
    give_back()
    assert held - memory_bytes("VmRSS") > 0.9 * PIECES * last.nbytes
