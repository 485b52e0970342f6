"""How much memory a process may take, so that a table made to exhaust it ends that process alone.

The limit is of the memory that a process can write to (RLIMIT_DATA). RLIMIT_AS would also count
the address space that threads and allocators reserve and never touch.
"""

import resource
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple, Unpack

from polars.exceptions import PanicException

Given = TypeVarTuple("Given")
Result = TypeVar("Result")


def limit_memory(size_bytes: int, *, pid: int = 0) -> None:
    """Let a process, by default this one, have at most so much; Linux alone keeps to it."""
    if hasattr(resource, "prlimit"):
        resource.prlimit(pid, resource.RLIMIT_DATA, (size_bytes, size_bytes))


def within_memory(
    size_bytes: int, work: Callable[[Unpack[Given]], Result], *given: *Given
) -> Result:
    """What a function returns in a process of its own that may have at most so much memory.

    Raises:
        RuntimeError: Polars panicked, whose own exception cannot be sent to another process.
    """
    limit_memory(size_bytes)
    try:
        return work(*given)
    except PanicException as error:
        raise RuntimeError(str(error)) from None
