"""Work on blocks of a table in parallel, on as many processors as Polars may use.

Threads are enough, because numpy and Polars release the interpreter lock while they compute. The
linear algebra of a retention model is too small for several threads, which would only wait for each
other.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from app.analysis import HAS_BLAS_THREADS

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

Block = TypeVar("Block")
Found = TypeVar("Found")


def in_threads(
    work: Callable[[Block], Found], blocks: Sequence[Block], *, few: bool = False
) -> list[Found]:
    """Call ``work`` for each block and return the results in order; ``few`` avoids threads."""
    if few or len(blocks) == 1:
        return [work(block) for block in blocks]
    with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
        return list(threads.map(work, blocks))


def without_blas_threads() -> AbstractContextManager[object]:
    """Limit the linear algebra of numpy to one thread within a context, if it has several."""
    if not HAS_BLAS_THREADS:
        return nullcontext()
    limited: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def _controller() -> "ThreadpoolController":
    from threadpoolctl import ThreadpoolController  # takes long to import, and few need it

    return ThreadpoolController()
