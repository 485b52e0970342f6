"""``make bench``: what the product claims in numbers, measured here and now."""

import argparse

from tests.perf import accuracy, speed

SEEDS = 20


def main() -> None:
    """Print each section, or the one named."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("section", nargs="?", choices=("accuracy", "speed"))
    parser.add_argument("--seeds", type=int, default=SEEDS, help="simulated tables a variation")
    arguments = parser.parse_args()
    if arguments.section != "speed":
        accuracy.show(arguments.seeds)
    if arguments.section != "accuracy":
        speed.show()


if __name__ == "__main__":
    main()
