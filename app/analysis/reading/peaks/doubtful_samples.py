"""Say which rows lack the sample that others have, and which samples may be one."""

import polars as pl

from app.analysis.counted import counted
from app.analysis.reading.headers.columns import quoted_list

MOST_PAIRS = 3
# Between the parts of the name of a sample, as in WT 1 and WT_1.
MARKS = r"[\s_.\-]+"


def notes_on_samples_of_rows(peaks: pl.DataFrame) -> list[str]:
    """Sentences on usable rows that lack a sample, and on samples that are written in two ways."""
    is_usable, lacks_one = peaks["problem"].is_null(), peaks["sample"] == ""
    lacking = int((is_usable & lacks_one).sum())
    notes = [_note_on_lacking(lacking)] if 0 < lacking < is_usable.sum() else []
    return [*notes, *_notes_on_spellings(peaks["sample"].unique(maintain_order=True))]


def _note_on_lacking(lacking: int) -> str:
    return (
        f"{counted(lacking, 'row')} {'has' if lacking == 1 else 'have'} no sample, and others have "
        "one. Rows without a sample are read as a sample of their own; write theirs if this is "
        "wrong."
    )


def _notes_on_spellings(samples: pl.Series) -> list[str]:
    """A note on samples that differ by no letter or digit, nor by where these are divided."""
    if len(samples) < 2:
        return []
    plain = samples.str.to_lowercase().str.replace_all(MARKS, " ").str.strip_chars().alias("plain")
    alike = pl.DataFrame([samples, plain]).group_by("plain", maintain_order=True).agg("sample")
    alike = alike.filter((pl.col("plain") != "") & (pl.col("sample").list.len() > 1))
    if alike.is_empty():
        return []
    shown = " and ".join(quoted_list(each) for each in alike["sample"].head(MOST_PAIRS))
    return [
        f"The samples {shown} differ by capitals, blanks or marks alone and are read as different "
        "samples. Write a sample in one way if they are one."
    ]
