"""Check the columns of samples by their cells: counts are no areas, labels below them no peaks."""

import re
from collections.abc import Sequence

import polars as pl
from msgspec.structs import replace

from app.analysis.computing.late_pattern import LatePattern
from app.analysis.errors import PeakTableError
from app.analysis.reading.cells.cells import ABSENT
from app.analysis.reading.headers.columns import known_columns, quoted_list
from app.analysis.reading.headers.statistics_words import (
    is_computed,
    is_mean,
    is_of_standard,
    is_qualifier,
    processed_copies,
    statistics_in,
)
from app.analysis.reading.layout.header import is_number
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.samples.computed_columns import computed_columns
from app.analysis.reading.sources.source import SampleColumns
from app.analysis.reading.sources.wide import (
    AREAS,
    TIMES,
    is_numbered,
    labelled,
    other_units,
)

# A label that names an ion: a polarity, an adduct, a charge, an isotope, or the level of its
# spectrum.
ION = LatePattern(
    r"(?:esi ?[+-]?|(?:esi[ _]?)?(?:pos|neg)(?:itive|ative)?(?:[ _](?:mode|ions?|esi))?)$"
    r"|\[?\d?M(?:[+-]\w|[\]0]?$)|z\s?=?\s?\d$|M\+\d$|MS\s?[12]$|[+-]?[1-4][+-]?$(?<=[+-])|[+-][1-4]$",
    re.IGNORECASE,
)
# A label that names a part of the signal of a peak.
PART = re.compile(
    r"(?:precursor|product|fragment|quantifier|qualifier|quant|qual|transition)s?(?: ion)?"
    r"[ _.-]?\d*",
    re.IGNORECASE,
)
NOT_READ = (
    "Columns of statistics, of logarithms and other units, of areas computed from others, of "
    "internal standards and of qualifiers are no samples and are not read: {}."
)


def with_real_samples(table: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """The table without a row of labels below its header, and the layout of its real samples."""
    layout = replace(
        layout, samples=tuple(one for one in layout.samples if _has_numbers(table, one))
    )
    if not layout.samples:
        return table, layout
    table, layout = _without_labels(table, _without_statistics(table, layout))
    samples = layout.source.refine_samples(table, layout.samples)
    return table, replace(layout, samples=tuple(samples))


def _has_numbers(table: pl.DataFrame, sample: SampleColumns) -> bool:
    """Whether a column of areas has a number or nothing, and not texts alone."""
    cells = table[sample.area]
    if cells.dtype != pl.String:
        return True
    texts = cells.filter(~cells.str.contains(ABSENT))
    return texts.is_empty() or bool(texts.str.contains(r"^\PL*\d").any())


def _without_statistics(table: pl.DataFrame, layout: Layout) -> Layout:
    """The layout without columns such as ``Area mean``, which are no samples.

    Without any sample, the areas are those of a mean. A note names these columns, and those of
    logarithms, which were not taken for samples.
    """
    statistics = _statistics(table, layout)
    used = {*layout.used}
    in_other_units = [name for name in other_units(layout.header) if name not in used]
    if not statistics and not in_other_units:
        return layout
    samples = tuple(one for one in layout.samples if one not in statistics)
    roles = layout.roles if samples else layout.roles | _of_one_sample(layout)
    unread = [one.area for one in statistics if one.area != roles.get("volume")]
    unread += in_other_units
    notes = [NOT_READ.format(quoted_list(unread))] if unread else []
    return replace(layout, roles=roles, samples=samples).with_notes(*notes)


def _statistics(table: pl.DataFrame, layout: Layout) -> list[SampleColumns]:
    """The columns whose label names a statistic, a standard, a qualifier or a computed area.

    So does one whose cells are computed from those of others.

    Raises:
        PeakTableError: the columns hold areas of ions.
    """
    labels = [one.sample for one in layout.samples]
    check_ions(labels, [one.area for one in layout.samples])
    named = statistics_in(labels) | processed_copies(labels) | set(filter(is_computed, labels))
    areas = [one.area for one in layout.samples if one.sample not in named]
    computed = set() if layout.has_molecules else computed_columns(table, areas)
    return [
        one
        for one in layout.samples
        if one.area in computed
        or one.sample in named
        or is_of_standard(one.sample)
        or is_qualifier(one.sample)
    ]


def is_ion(label: str) -> bool:
    """Whether a label, such as ``neg`` or ``[M-H]-``, names ions instead of a sample."""
    return bool(ION.compiled.match(label))


def check_ions(labels: Sequence[str], areas: Sequence[str]) -> None:
    """Refuse columns of areas (``areas``) whose ``labels`` are ions.

    Raises:
        PeakTableError: several are, such as ``Area [M-H]-`` and ``Area [M-2H]2-``.
    """
    named = list(zip(labels, areas, strict=True))
    ions = [area for label, area in named if is_ion(label)]
    parts = [area for label, area in named if PART.fullmatch(label)]
    if len(ions) > 1 and len(ions) == len({*labels} - statistics_in(labels)):
        parts = ions
    if len(parts) and len(areas) > 1:
        raise PeakTableError(
            f"The columns {quoted_list(parts)} hold areas of ions, not of samples. Choose one "
            "column as that of the areas, or write a row for each ion with its area and adduct."
        )


def _of_one_sample(layout: Layout) -> dict[str, str]:
    """The columns of areas and times where only statistics have some: plain ones, or of a mean."""
    known = known_columns(layout.header)
    areas, times = (labelled(layout.header, what) for what in (AREAS, TIMES))
    mean = next((label for label in areas if is_mean(label)), "")
    area = known.get("volume") or areas.get(mean, "")
    rt = known.get("rt") or times.get(mean, "")
    return {role: name for role, name in (("volume", area), ("rt", rt)) if name}


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
    are_names = len({*labels} - {""}) == len(labels) and is_numbered(layout.samples)
    samples = tuple(
        one._replace(sample=label) if are_names else one._replace(role=one.role or label)
        for one, label in zip(layout.samples, labels, strict=True)
    )
    return table[1:], replace(layout, samples=samples).with_notes(note)
