"""``make bench``: what the product claims in numbers, measured here and now."""

import argparse

from tests.perf import accuracy, speed

SEEDS = 20


def main() -> None:
    """Print each section, or those named."""
    sections = {"accuracy": lambda: accuracy.show(arguments.seeds), "speed": speed.show}
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("section", nargs="*", choices=[[], *sections], default=list(sections))
    parser.add_argument("--seeds", type=int, default=SEEDS, help="simulated tables a variation")
    arguments = parser.parse_args()
    for name in arguments.section:
        sections[name]()


if __name__ == "__main__":
    main()
