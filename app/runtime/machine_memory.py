"""How much memory this machine or its container has, and how much each process may use.

Analyses, exports, previews and searches for changes each get a part of the memory, divided among
the processes of that kind. Together they leave the rest to the web, the database and Redis.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

from app.settings import Settings

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")
# The file with the memory limit of a cgroup: in version 2, and in version 1 (separate hierarchy).
LIMIT_V2, LIMIT_V1 = "memory.max", "memory.limit_in_bytes"
FOR_ANALYSES, FOR_EXPORTS, FOR_PREVIEWS, FOR_SEARCHES = 0.5, 0.2, 0.15, 0.05
# Python and Polars alone take half of LEAST_BYTES; MOST_BYTES is enough for a million rows.
LEAST_BYTES, MOST_BYTES = 512_000_000, 2_000_000_000
MOST_PLACES = 4
# A search takes 250 MB for a table of 300 rows, and 450 MB for one of 100,000.
LEAST_OF_SEARCH_BYTES, MOST_SEARCHES = 400_000_000, 2


class Share(NamedTuple):
    """How many processes may run at once, and how many bytes of memory each may use."""

    places: int
    bytes_each: int


def machine_memory_bytes(*, cgroups: Path = CGROUPS, own: Path = OWN_CGROUPS) -> int:
    """Return the memory of this machine, or the lower limit of its container or service."""
    return min([psutil.virtual_memory().total, *_limits(cgroups, own)])


def analysis_memory_bytes(settings: Settings, machine_bytes: int | None = None) -> int:
    """Return the memory limit of an analysis: the setting, or an equal part of the machine's."""
    if settings.analysis_memory_bytes:
        return settings.analysis_memory_bytes
    places = settings.workers * settings.tasks_per_worker
    machine_bytes = machine_bytes or machine_memory_bytes()
    return max(LEAST_BYTES, int(FOR_ANALYSES * machine_bytes / places))


def export_share(settings: Settings, machine_bytes: int | None = None) -> Share:
    """Return how many exports may run at once, and how much memory each may use."""
    return _share(settings, FOR_EXPORTS, machine_bytes or machine_memory_bytes())


def preview_share(settings: Settings, machine_bytes: int | None = None) -> Share:
    """Return the same for previews; never more memory than the setting for an analysis."""
    return _share(settings, FOR_PREVIEWS, machine_bytes or machine_memory_bytes())


def search_share(settings: Settings, machine_bytes: int | None = None) -> Share:
    """Return the same for searches for what would change a row."""
    machine_bytes = machine_bytes or machine_memory_bytes()
    return _share(
        settings, FOR_SEARCHES, machine_bytes, least=LEAST_OF_SEARCH_BYTES, most=MOST_SEARCHES
    )


def _share(
    settings: Settings,
    part: float,
    machine_bytes: int,
    *,
    least: int = LEAST_BYTES,
    most: int = MOST_PLACES,
) -> Share:
    whole = int(part * machine_bytes)
    places = max(1, min(most, whole // least))
    each = max(least, min(MOST_BYTES, whole // places))
    return Share(places, min(each, settings.analysis_memory_bytes or each))


def _limits(cgroups: Path, own: Path) -> Iterator[int]:
    """Yield the memory limits of the cgroups of this process and of their parents."""
    try:
        lines = own.read_text().splitlines()
    except OSError:  # no Linux
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from _upward(cgroups, path, LIMIT_V2)
        elif "memory" in controllers.split(","):
            yield from _upward(cgroups / "memory", path, LIMIT_V1)


def _upward(root: Path, path: str, name: str) -> Iterator[int]:
    folder = root / path.lstrip("/")
    # In a container this is the host's path, but the container's cgroup is mounted at the root.
    for each in (folder, *folder.parents):
        if each.is_relative_to(root):
            yield from _read(each / name)


def _read(file: Path) -> Iterator[int]:
    try:
        text = file.read_text().strip()
    except OSError:
        return
    if text.isdecimal():  # not the word max
        yield int(text)
