"""One run: an installation, a load, and faults at random meanwhile."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.chaos import trail
from tests.chaos.bulk_load import BulkLoad
from tests.chaos.count import Findings, count
from tests.chaos.faults import FAULTS
from tests.chaos.installation import Installation, running_installation
from tests.chaos.load import Load


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """``jobs`` come in over ``spread_s``; a fault follows another after ``pause_s`` (from, to).

    With ``rounds`` each fault is applied that often, else until the jobs have ended.
    Jobs that have not after ``limit_s`` count as lost.
    """

    database: str
    seed: int
    jobs: int
    spread_s: float
    pause_s: tuple[float, float]
    limit_s: float
    rounds: int | None = None

    def run(self) -> Findings:
        """Run it and count."""
        with (
            tempfile.TemporaryDirectory(prefix="sialoscope-disk-") as scratch,
            running_installation(self.database, Path(scratch)) as installation,
        ):
            return asyncio.run(self._run(installation))

    async def _run(self, installation: Installation) -> Findings:
        await trail.lay(self.database)
        began = time.monotonic()
        load = Load(
            installation, self.jobs, self.spread_s, Random(self.seed), BulkLoad(installation)
        )
        await load.let_in()
        working = asyncio.create_task(load.run())
        applied = await self._apply_faults(installation, working)
        with suppress(TimeoutError):
            async with asyncio.timeout(began + self.limit_s - time.monotonic()):
                await working
        took = time.monotonic() - began
        findings = await count(load)
        findings.counts.update({f"fault: {name}": times for name, times in applied.items()})
        findings.counts["seconds"] = round(took)
        return findings

    async def _apply_faults(
        self, installation: Installation, working: "asyncio.Task[None]"
    ) -> Counter[str]:
        """Apply faults, also several at a time, but none of one kind twice at once."""
        applied: Counter[str] = Counter()
        chance = Random(self.seed)
        until = time.monotonic() + self.limit_s / 2
        present: dict[str, asyncio.Task[None]] = {}
        for name in self._faults(chance):
            await asyncio.wait({working}, timeout=chance.uniform(*self.pause_s))
            if not self.rounds and (working.done() or time.monotonic() > until):
                break
            if name in present:
                await present[name]
            inject = asyncio.to_thread(FAULTS[name], installation, chance)
            present[name] = asyncio.create_task(inject)
            applied[name] += 1
        await asyncio.gather(*present.values())
        return applied

    def _faults(self, chance: Random) -> Iterator[str]:
        """The faults of this database in rounds, each in an order of its own."""
        names = [name for name in FAULTS if self.database == "postgresql" or "database" not in name]
        rounds = self.rounds
        while rounds is None or rounds > 0:
            yield from chance.sample(names, len(names))
            rounds = rounds and rounds - 1
