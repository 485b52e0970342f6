"""A plain table: one row per peak, and columns with their usual names."""

from app.analysis.reading.sources.source import Source

SOURCE = Source(title="a plain table", is_source=lambda _: True)
