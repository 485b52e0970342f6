"""Places are counted over all processes of a machine, and those of a dead one are free."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from app.runtime import places as module
from app.runtime.places import NoPlaceError, Places, open_locks

HOLD = """
import asyncio, sys
from pathlib import Path
from app.runtime.places import Places, open_locks
asyncio.run(Places("exports", open_locks(Path(sys.argv[1])), in_all=3).take("ada"))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT_S", 0.0)


def places(folder: Path, *, in_all: int = 3) -> Places:
    return Places("exports", open_locks(folder), in_all=in_all)


def test_a_user_has_few_and_all_have_a_bound(tmp_path: Path) -> None:
    async def work() -> None:
        here = places(tmp_path)
        first = await here.take("ada")
        await here.take("ada")
        with pytest.raises(NoPlaceError, match="You have 2 exports"):
            await here.take("ada")
        await here.take("bob")
        with pytest.raises(NoPlaceError, match="as many exports as it can"):
            await here.take("cay")
        first()
        await here.take("cay")

    asyncio.run(work())


def test_processes_share_them_and_one_that_is_killed_gives_them_back(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"

        async def work() -> None:
            here = places(tmp_path)
            await here.take("ada")
            with pytest.raises(NoPlaceError):
                await here.take("ada")
            other.kill()
            other.wait()
            await here.take("ada")

        asyncio.run(work())


def test_a_user_who_starts_a_third_at_once_waits_a_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_S", 5.0)

    async def work() -> None:
        here = places(tmp_path)
        first, _ = await here.take("ada"), await here.take("ada")
        asyncio.get_running_loop().call_later(0.2, first)
        await here.take("ada")

    asyncio.run(work())
