"""A table that a test writes as text and reads back as peaks."""

from pathlib import Path

import polars as pl

from app.analysis.reading.decisions import ReadingChoices
from app.analysis.reading.peak_table import read_peak_table


class Table:
    """Writes a file and reads it back as peaks; ``notes`` has the notes on the last one read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []

    def read(self, text: str, **columns: str) -> pl.DataFrame:
        """Write a text and read it, with the columns that a person chose."""
        self.path.write_text(text)
        self.notes = []
        choices = ReadingChoices(columns=columns)
        return read_peak_table(self.path, choices=choices, on_note=self.notes.append)

    def peaks(self, text: str) -> list[tuple[object, ...]]:
        """The name, time and area of each row."""
        return self.read(text).select("name", "rt_min", "peak_area").rows()
