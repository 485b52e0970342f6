"""Check that this machine has the memory that an analysis may use."""

from app.commands.doctor.finding import Findings, Installation, ok, warning
from app.runtime.machine_memory import analysis_memory_bytes, machine_memory_bytes

MB = 1_000_000


async def check(installation: Installation) -> Findings:
    """Compare the limit of one analysis with the memory of this machine or container."""
    allowed, total = analysis_memory_bytes(installation.settings), machine_memory_bytes()
    if allowed < total:
        yield ok("memory", f"An analysis may use {allowed // MB} of {total // MB} MB.")
        return
    yield warning(
        "memory-analysis",
        f"An analysis may use {allowed // MB} MB; this machine has {total // MB} MB.",
        why="With a large table the kernel kills processes before the analysis can be refused.",
        remedy="Unset SIALOSCOPE_ANALYSIS_MEMORY_MB to divide the machine's memory equally.",
    )
