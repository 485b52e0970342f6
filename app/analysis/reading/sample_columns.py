"""Check the columns of samples by their cells: counts are no areas, labels below them no peaks."""

from dataclasses import replace

import polars as pl

from app.analysis.reading.header import is_number
from app.analysis.reading.layout import Layout


def with_real_samples(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table without a row of labels below its header, and the layout of its real samples."""
    if not layout.samples:
        return table, layout
    table, layout = _without_labels(table, layout)
    samples = layout.source.refine_samples(table, layout.samples)
    return table, replace(layout, samples=tuple(samples))


def _without_labels(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """A row with texts below the samples and no name, time or number labels the samples."""
    if not table.height:
        return table, layout
    first = {name: str(cell or "").strip() for name, cell in table.row(0, named=True).items()}
    roles = [first[name] for name in layout.roles.values()]
    labels = [first[one.area] for one in layout.samples]
    if any(roles) or not any(labels) or any(map(is_number, first.values())):
        return table, layout
    note = f"The row below the header holds labels ({', '.join(filter(None, labels))}), no peak."
    samples = tuple(
        one._replace(role=one.role or label)
        for one, label in zip(layout.samples, labels, strict=True)
    )
    return table[1:], replace(layout, samples=samples, notes=(*layout.notes, note))
