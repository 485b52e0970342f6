"""``make fuzz``: a campaign of malformed tables, or of hostile requests, by number and seed."""

import argparse
import asyncio
import random
import sys
from collections.abc import Iterable

from tests.fuzz.campaign import campaign
from tests.fuzz.request_campaign import campaign as campaign_of_requests
from tests.servers import running_sialoscope


def main() -> None:
    """Run a campaign and print what was wrong; the exit code is 1 if something was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("tables", "requests"), default="tables")
    parser.add_argument("--number", type=int)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = parser.parse_args()
    run = _tables if given.what == "tables" else _requests
    print(f"{given.what} by seed {given.seed}", flush=True)
    lines, troubles = run(given.number, given.seed)
    print(*lines, sep="\n")
    sys.exit(bool(troubles))


def _tables(number: int | None, seed: int) -> tuple[Iterable[object], list[str]]:
    with running_sialoscope() as server:
        found = asyncio.run(campaign(server, number or 3_000, seed=seed))
    return [dict(found.endings), *found.troubles], found.troubles


def _requests(number: int | None, seed: int) -> tuple[Iterable[object], list[str]]:
    """``number`` counts the mutated ones, which come after those of each kind."""
    with running_sialoscope({"SIALOSCOPE_ACCOUNTS": "true"}) as server:
        report = campaign_of_requests(server, seed=seed, mutated=number or 100)
    return report.lines(), report.troubles


if __name__ == "__main__":
    main()
