"""Set rows apart that hold a mean or deviation of samples, as those of a sample ``Average`` do."""

import polars as pl

from app.analysis.counted import counted
from app.analysis.reading.headers.columns import fold, quoted_list
from app.analysis.reading.headers.statistics_words import DEVIATIONS, MEANS
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.raw_table import with_problems

PROBLEM = "This row is a statistic of samples ({}), no peak of one."


def with_statistics_apart(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table with a problem for each row of a mean or a deviation of samples, and a note.

    Deviations alone can be samples, as SD is a strain of rats, so there has to be a mean too.
    """
    column = layout.roles.get("sample", "")
    if not column or layout.samples or table[column].dtype != pl.String:
        return table, layout
    samples = table[column].unique(maintain_order=True).drop_nulls().to_list()
    means = [name for name in samples if fold(name) in MEANS]
    found = means + [name for name in samples if means and fold(name) in DEVIATIONS]
    if not means or len(found) == len(samples):
        return table, layout
    sentences = [PROBLEM.format(name.strip()) for name in found]
    problems = table[column].replace_strict(found, sentences, default=None, return_dtype=pl.String)
    number = len(problems) - problems.null_count()
    note = f"{counted(number, 'row is', 'rows are')} of a statistic of samples, "
    note += f"{quoted_list(found)} in {column!r}, and kept as invalid."
    return with_problems(table, problems), layout.with_notes(note)
