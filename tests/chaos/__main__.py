"""``make chaos``: a thousand jobs under faults, and a table whose zeros must be zeros."""

import argparse
import random
import signal
import sys

from tests.chaos.campaign import Campaign

JOBS = 1000
SECONDS_A_JOB = 0.15
PAUSE_S = (3.0, 15.0)
LIMIT_S = 15 * 60


def main() -> int:
    """Run it on each database, or the one named; the code is for ``sys.exit``."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("database", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--jobs", type=int, default=JOBS)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave no process or mount behind
    return sum(not _is_clean(name, arguments) for name in arguments.database)


def _is_clean(database: str, arguments: argparse.Namespace) -> bool:
    print(f"\nChaos on {database}, seed {arguments.seed}", flush=True)
    campaign = Campaign(
        database=database,
        seed=arguments.seed,
        jobs=arguments.jobs,
        spread_s=arguments.jobs * SECONDS_A_JOB,
        pause_s=PAUSE_S,
        limit_s=LIMIT_S,
    )
    findings = campaign.run()
    print(findings, flush=True)
    return findings.is_clean


if __name__ == "__main__":
    sys.exit(main())
