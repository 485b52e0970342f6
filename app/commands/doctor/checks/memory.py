"""Whether this machine has the memory that an analysis may take."""

import psutil

from app.commands.doctor.finding import Findings, Installation, ok, warning

MB = 1_000_000
# What is left to an analysis beside the web, the database and Redis.
SHARE = 0.5


async def check(installation: Installation) -> Findings:
    """Compare the bound of one analysis with all that there is."""
    allowed, there = installation.settings.analysis_memory_bytes, psutil.virtual_memory().total
    if allowed < there:
        yield ok("memory", f"An analysis may take {allowed // MB} of {there // MB} MB.")
        return
    yield warning(
        "memory-analysis",
        f"An analysis may take {allowed // MB} MB; this machine has {there // MB} MB.",
        why="A large table makes the kernel kill processes, before it is told to be too large.",
        remedy=f"SIALOSCOPE_ANALYSIS_MEMORY_MB={int(SHARE * there) // MB}",
    )
