"""Say which columns of samples and areas a layout leaves out."""

from collections.abc import Mapping, Sequence

from app.analysis.reading.headers.columns import quoted_list
from app.analysis.reading.sources.source import SampleColumns
from app.analysis.reading.sources.wide import areas_left_out, areas_without_times, repeats_header

NOTE_ON_NO_AREAS = (
    "The table has no areas. Rows are judged without them, by retention times and what else is "
    "there, so fragments are told less surely, and nothing can be added up."
)


def notes_on_samples(
    found: Mapping[str, str], mapping: Mapping[str, str], samples: Sequence[SampleColumns]
) -> tuple[str, ...]:
    """What is left out of a wide table: samples, or a column that names them too."""
    chosen, own = mapping.get("volume", ""), found.get("sample", "")
    area = chosen or found.get("volume", "")
    others = [one for one in samples if one.area != area]
    if own and others and repeats_header(samples):
        return (_note_on_repeats(found, area, others),)
    if chosen and others:
        return (
            f"Only the areas in {chosen!r} are read, as was chosen; those of "
            f"{quoted_list([one.sample for one in others])} are not. Choose no column of areas to "
            "read every sample.",
        )
    if own and samples and not chosen:
        return (
            f"Samples have columns of their own, so the column {own!r} is not read. If its rows "
            "are of different samples, choose the column of their areas.",
        )
    return ()


def _note_on_repeats(found: Mapping[str, str], area: str, others: Sequence[SampleColumns]) -> str:
    """What is left out of a table that repeats its columns and names its samples in a column."""
    headers = [name for one in others for name in (one.rt, one.area)]
    unread = [name for name in headers if name and name not in found.values()]
    return (
        f"Samples are named in the column {found['sample']!r}, so only the areas in {area!r} are "
        f"read; those in {quoted_list(unread)} are not. Choose another column of areas, or no "
        "column of samples if each column is a sample."
    )


def note_on_untimed_areas(header: Sequence[str]) -> tuple[str, ...]:
    """Which areas are left out because only others have retention times."""
    untimed = areas_without_times(header)
    if not untimed:
        return ()
    return (
        f"The areas in {quoted_list(untimed)} are not read, since they have no retention times as "
        "others have. Add such columns, or one column RT for all, if they are of samples.",
    )


def note_on_one_area(header: Sequence[str], area: str) -> tuple[str, ...]:
    """What is left out of a table that has a plain column of areas besides those with a label."""
    others = [name for name in areas_left_out(header) if name != area]
    if not others:
        return ()
    return (
        f"Only the areas in {area!r} are read; those in {quoted_list(others)} are not. Choose "
        "another column of areas if this is wrong.",
    )
