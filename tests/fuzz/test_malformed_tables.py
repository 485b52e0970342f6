"""Malformed tables by the hundred, in small; ``make fuzz`` runs as many as one wants."""

import asyncio
from pathlib import Path

from tests.fuzz.campaign import campaign, is_kept
from tests.fuzz.tables import malformed_tables
from tests.servers import Sialoscope

COUNT, SEED = 300, 20_261_125


def test_the_tables_of_a_seed_are_always_the_same() -> None:
    first, again = (list(malformed_tables(25, seed=SEED)) for _ in range(2))
    assert first == again
    assert len({table.content for table in first}) > 20


def test_an_upload_that_is_cut_changed_or_gone_is_no_kept_one(tmp_path: Path) -> None:
    assert not is_kept(tmp_path, "job", b"sent")
    for there, is_as_sent in ((b"sen", False), (b"Sent", False), (b"", False), (b"sent", True)):
        (tmp_path / "job.csv").write_bytes(there)
        assert is_kept(tmp_path, "job", b"sent") is is_as_sent


def test_every_malformed_table_is_answered_in_sentences(server: Sialoscope) -> None:
    found = asyncio.run(campaign(server, COUNT, seed=SEED))
    assert found.troubles == []
    assert found.endings.keys() == {"succeeded", "failed"}
    assert found.endings.total() == COUNT
