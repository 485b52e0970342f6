"""Work on blocks of a table at once, on as many processors as Polars may use.

Threads are enough: numpy and Polars let go of the interpreter while they count. The linear algebra
of a law is too small to be shared among threads, which only wait for each other there.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache
from typing import TypeVar

import polars as pl
from threadpoolctl import ThreadpoolController

Block = TypeVar("Block")
Found = TypeVar("Found")


def in_threads(
    work: Callable[[Block], Found], blocks: Sequence[Block], *, few: bool = False
) -> list[Found]:
    """What the work gives for each block, in their order; ``few`` peaks are not worth threads."""
    if few or len(blocks) == 1:
        return [work(block) for block in blocks]
    with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
        return list(threads.map(work, blocks))


def without_blas_threads() -> AbstractContextManager[object]:
    """Keep numpy's linear algebra on one thread meanwhile."""
    limited: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
