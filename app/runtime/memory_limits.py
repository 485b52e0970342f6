"""Limit the memory of a process, so that a malicious table ends only the process that reads it.

The limit covers the memory that a process can write to (RLIMIT_DATA). RLIMIT_AS would also count
the address space that threads and allocators reserve and never use.
"""

import resource
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple, Unpack

Given = TypeVarTuple("Given")
Result = TypeVar("Result")


def limit_memory(size_bytes: int, *, pid: int = 0) -> None:
    """Limit a process, by default this one, to ``size_bytes`` of memory; only on Linux."""
    if hasattr(resource, "prlimit"):
        resource.prlimit(pid, resource.RLIMIT_DATA, (size_bytes, size_bytes))


def within_memory(
    size_bytes: int, work: Callable[[Unpack[Given]], Result], *given: *Given
) -> Result:
    """Limit this process to ``size_bytes`` of memory, run a function, and return its result.

    Raises:
        RuntimeError: Polars panicked; its own exception cannot be sent to another process.
    """
    # Processes that only limit others do without Polars.
    from polars.exceptions import PanicException

    limit_memory(size_bytes)
    try:
        return work(*given)
    except PanicException as error:
        raise RuntimeError(str(error)) from None
