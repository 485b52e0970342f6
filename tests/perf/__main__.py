"""``make bench``: what the product claims in numbers, measured here and now."""

import argparse
from collections.abc import Callable
from pathlib import Path

from tests.perf import (
    accuracy,
    arbiter,
    exports,
    fleet,
    flips,
    jobs,
    library,
    next_standard,
    pages,
    readers,
    reading,
    refit,
    rest,
    rows,
    scaling,
    speed,
    stacks,
    streams,
    targets,
)

SEEDS = 20
SECTIONS: dict[str, Callable[[argparse.Namespace], None]] = {
    "accuracy": lambda arguments: accuracy.show(arguments.seeds, arguments.external),
    "arbiter": lambda arguments: arbiter.show(arguments.seeds),
    "library": lambda arguments: library.show(arguments.seeds, arguments.rt_anchor),
    "speed": lambda _: speed.show(),
    "reading": lambda _: reading.show(),
    "exports": lambda _: exports.show(),
    "rows": lambda _: rows.show(),
    "refit": lambda _: refit.show(),
    "flips": lambda _: flips.show(),
    "readers": lambda _: readers.show(),
    "jobs": lambda _: jobs.show(),
    "stacks": lambda _: stacks.show(),
    "scaling": lambda _: scaling.show(),
    "rest": lambda _: rest.show(),
    "streams": lambda _: streams.show(),
    "fleet": lambda _: fleet.show(),
    "next_standard": lambda arguments: next_standard.show(arguments.seeds),
    "targets": lambda arguments: targets.show(arguments.seeds),
    "pages": lambda _: pages.show(),
}


def main() -> None:
    """Print each section, or those named."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("section", nargs="*", help=f"of {', '.join(SECTIONS)}; else all")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="simulated tables a variation")
    parser.add_argument("--external", type=Path, help="a peak table of another laboratory")
    parser.add_argument("--rt-anchor", type=Path, help="the program rt-anchor, beside the library")
    arguments = parser.parse_args()
    for name in arguments.section or SECTIONS:
        SECTIONS[name](arguments)


if __name__ == "__main__":
    main()
