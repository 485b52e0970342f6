"""The processes of the web with limits of memory have places of their own."""

import asyncio
from pathlib import Path

import pytest

from app.analysis.example.example_table import example_table
from app.analysis.reading.decisions import AS_FOUND
from app.runtime import places
from app.runtime.fair_threads import FairThreads
from app.runtime.machine_memory import search_share
from app.runtime.places import NoPlaceError
from app.settings import Settings
from app.storage import Folder
from app.web.wiring.limited_processes import limited_processes


def test_searches_for_changes_leave_the_previews_their_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "WAIT_S", 0.0)
    (tmp_path / "uploads").mkdir()
    example_table().write_csv(tmp_path / "uploads" / "example.csv")
    settings = Settings.from_environment({"SIALOSCOPE_DATA": str(tmp_path)})
    parts = limited_processes(settings, Folder(tmp_path), FairThreads())

    async def work() -> None:
        searches = parts["flip_finder"].places
        await searches.take("ada")
        with pytest.raises(NoPlaceError, match="One of your searches for changes is in progress"):
            await searches.take("ada")
        for number in range(1, search_share(settings).places):
            await searches.take(f"user {number}")
        with pytest.raises(NoPlaceError, match="as many searches for changes as it can"):
            await searches.take("bob")
        preview = await parts["previewer"].preview("uploads/example.csv", AS_FOUND, user="ada")
        assert not preview.warnings

    asyncio.run(work())
