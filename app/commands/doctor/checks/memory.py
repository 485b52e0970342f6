"""Whether this machine has the memory that its analyses may take together."""

from app.commands.doctor.finding import Findings, Installation, ok, warning
from app.runtime.machine_memory import analysis_memory_bytes, machine_memory_bytes

MB = 1_000_000


async def check(installation: Installation) -> Findings:
    """Compare the limit of one analysis with all that this machine or container has."""
    allowed, there = analysis_memory_bytes(installation.settings), machine_memory_bytes()
    if allowed < there:
        yield ok("memory", f"An analysis may take {allowed // MB} of {there // MB} MB.")
        return
    yield warning(
        "memory-analysis",
        f"An analysis may take {allowed // MB} MB; this machine has {there // MB} MB.",
        why="A large table makes the kernel kill processes, before it is told to be too large.",
        remedy="Unset SIALOSCOPE_ANALYSIS_MEMORY_MB: then each has its part of what there is.",
    )
