"""Work on blocks of a table at once, on as many processors as Polars may use.

Threads are enough: numpy and Polars let go of the interpreter while they count.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import polars as pl

Block = TypeVar("Block")
Found = TypeVar("Found")


def in_threads(work: Callable[[Block], Found], blocks: Sequence[Block]) -> list[Found]:
    """What the work gives for each block, in their order."""
    if len(blocks) == 1:
        return [work(blocks[0])]
    with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
        return list(threads.map(work, blocks))
