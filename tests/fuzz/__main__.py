"""``make fuzz``: a campaign of malformed tables, by number and seed."""

import argparse
import asyncio
import random
import sys

from tests.fuzz.campaign import campaign
from tests.servers import running_sialoscope


def main() -> None:
    """Run a campaign and print what was wrong; the exit code is 1 if something was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = parser.parse_args()
    print(f"{given.number} tables by seed {given.seed}", flush=True)
    with running_sialoscope() as server:
        found = asyncio.run(campaign(server, given.number, seed=given.seed))
    print(dict(found.endings), *found.troubles, sep="\n")
    sys.exit(bool(found.troubles))


if __name__ == "__main__":
    main()
