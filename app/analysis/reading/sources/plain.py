"""A table of anybody's: one row per peak, its columns by their usual names."""

from app.analysis.reading.sources.source import Source

SOURCE = Source(title="a plain table", is_source=lambda _: True)
