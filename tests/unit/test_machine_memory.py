"""Limits of memory follow the machine, its container and its settings."""

from pathlib import Path

import psutil
import pytest

from app.runtime.machine_memory import (
    LEAST_BYTES,
    LEAST_OF_SEARCH_BYTES,
    MOST_BYTES,
    analysis_memory_bytes,
    export_share,
    machine_memory_bytes,
    preview_share,
    search_share,
)
from app.settings import Settings

GB = 1_000_000_000


def settings(**environment: str) -> Settings:
    return Settings.from_environment({"SIALOSCOPE_DATA": "/none", **environment})


def machine(tmp_path: Path, lines: str, limits: dict[str, str]) -> int:
    own = tmp_path / "cgroup"
    own.write_text(lines)
    for name, text in limits.items():
        path = tmp_path / "sys" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return machine_memory_bytes(cgroups=tmp_path / "sys", own=own)


@pytest.mark.parametrize(
    ("lines", "limits", "expected"),
    [
        ("0::/a.slice/b.service\n", {"a.slice/b.service/memory.max": "1000\n"}, 1000),
        ("0::/a/b\n", {"a/memory.max": "500\n", "a/b/memory.max": "max\n"}, 500),
        ("0::/../host\n", {"memory.max": "700\n"}, 700),
        ("4:memory:/x\n0::/\n", {"memory/x/memory.limit_in_bytes": "900\n"}, 900),
        ("4:memory:/host/id\n", {"memory/memory.limit_in_bytes": "800\n"}, 800),
    ],
)
def test_a_container_has_what_it_may_take(
    tmp_path: Path, lines: str, limits: dict[str, str], expected: int
) -> None:
    assert machine(tmp_path, lines, limits) == expected


def test_without_a_limit_it_is_the_memory_of_the_machine(tmp_path: Path) -> None:
    there = psutil.virtual_memory().total
    assert machine(tmp_path, "0::/\n", {"memory.max": "max\n"}) == there
    assert machine_memory_bytes(cgroups=tmp_path, own=tmp_path / "none") == there


def test_what_was_set_for_analyses_wins_and_holds_for_the_others_too() -> None:
    given = settings(SIALOSCOPE_ANALYSIS_MEMORY_MB="600")
    assert analysis_memory_bytes(given, 64 * GB) == 600_000_000
    assert export_share(given, 64 * GB).bytes_each == 600_000_000
    assert analysis_memory_bytes(settings(SIALOSCOPE_ANALYSIS_MEMORY_MB="9000"), GB) == 9 * GB


@pytest.mark.parametrize("machine_gb", [2, 4, 8, 24, 64, 512])
def test_all_together_fit_into_the_machine(machine_gb: int) -> None:
    there, given = machine_gb * GB, settings(SIALOSCOPE_TASKS_PER_WORKER="2")
    shares = (export_share(given, there), preview_share(given, there))
    searches = search_share(given, there)
    taken = sum(share.places * share.bytes_each for share in (*shares, searches))
    analyses = 2 * analysis_memory_bytes(given, there)
    assert taken + analyses <= max(0.95 * there, 4 * LEAST_BYTES + LEAST_OF_SEARCH_BYTES)
    for share in shares:
        assert LEAST_BYTES <= share.bytes_each <= MOST_BYTES
        assert share.bytes_each <= analysis_memory_bytes(given, there)
        assert 1 <= share.places <= 4
    assert LEAST_OF_SEARCH_BYTES <= searches.bytes_each <= MOST_BYTES
    assert 1 <= searches.places <= 2
