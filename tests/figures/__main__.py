"""Writes every figure into a folder: ``python -m tests.figures docs/figures``."""

import sys
from pathlib import Path

from tests.figures.confidence import confidence, residuals
from tests.figures.example import one_ceramide, retention

FIGURES = (retention, one_ceramide, residuals, confidence)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for draw in FIGURES:
        (folder / f"{draw.__name__}.svg").write_text(draw())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
