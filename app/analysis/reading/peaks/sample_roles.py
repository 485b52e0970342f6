"""Give every row the role of its sample: sample, blank, QC or standard."""

from collections.abc import Mapping

import polars as pl

from app.analysis.counted import listed
from app.analysis.errors import PeakTableError
from app.analysis.names.cells.sample_roles import SAMPLE, SAMPLE_ROLES, role_by_name, sample_role
from app.analysis.reading.decisions import OnNote

EXAMPLES = 3


def add_sample_roles(
    peaks: pl.DataFrame, chosen: Mapping[str, str], on_note: OnNote
) -> pl.DataFrame:
    """The peaks with a ``sample_role`` each: chosen by a person, by the table, or by the name.

    ``sample_role`` is null where nothing gives a role, and the row is then that of a sample.

    Raises:
        PeakTableError: a chosen role does not exist, or its sample is not in the table.
    """
    if not chosen and _say_nothing(peaks):
        return peaks
    _check_choices(peaks, chosen, on_note)
    written = _by_table(peaks, on_note)
    by_name = _by_name(peaks.with_columns(sample_role=written))
    from_names = {sample: role for sample, role in by_name.items() if sample not in chosen}
    if from_names:
        on_note(_note_by_name(from_names))
    _note_contradictions(peaks.with_columns(sample_role=written), chosen, on_note)
    role = pl.coalesce(_of_sample(chosen), written, _of_sample(by_name))
    return peaks.with_columns(sample_role=role)


def _say_nothing(peaks: pl.DataFrame) -> bool:
    """Whether neither the table nor the names of its samples give a role, as in most tables."""
    if peaks["sample_role"].null_count() < peaks.height:
        return False
    return not any(map(role_by_name, peaks["sample"].unique().to_list()))


def _check_choices(peaks: pl.DataFrame, chosen: Mapping[str, str], on_note: OnNote) -> None:
    if chosen and peaks["sample"].eq("").all():
        on_note("The table names no samples; roles that were chosen count in a cohort alone.")
        chosen = {}
    for sample, role in chosen.items():
        if role not in SAMPLE_ROLES:
            raise PeakTableError(
                f"{role!r} is no role of a sample; use one of {', '.join(SAMPLE_ROLES)}."
            )
        if not peaks["sample"].eq(sample).any():
            raise PeakTableError(
                f"The table has no sample {sample!r}, which is to be a {role}. "
                "Write its name as in the table."
            )


def _by_table(peaks: pl.DataFrame, on_note: OnNote) -> pl.Series:
    """The role that the table writes; null for all if no cell of the column is a role."""
    texts = peaks["sample_role"].drop_nulls().unique(maintain_order=True).to_list()
    roles = {text: sample_role(text) for text in texts}
    unknown = [text for text, role in roles.items() if role is None]
    if any(roles.values()) and unknown:
        shown = ", ".join(map(repr, unknown[:EXAMPLES]))
        on_note(f"The type of some samples is not known: {shown}. They are taken for samples.")
    words = {text: role or SAMPLE for text, role in roles.items()} if any(roles.values()) else {}
    return peaks["sample_role"].replace_strict(words, default=None, return_dtype=pl.String)


def _by_name(peaks: pl.DataFrame) -> dict[str, str]:
    """The samples without a role in the table whose name tells one."""
    roles = {sample: role_by_name(sample) for sample in peaks["sample"].unique()}
    if not any(roles.values()):
        return {}
    open_ones = peaks.filter(pl.col("sample_role").is_null())["sample"]
    return {name: role for name in open_ones.unique(maintain_order=True) if (role := roles[name])}


def _note_contradictions(peaks: pl.DataFrame, chosen: Mapping[str, str], on_note: OnNote) -> None:
    """Say which samples the table calls samples, while their names say otherwise.

    Programs call all injections so, if nobody changes it.
    """
    written = peaks.filter(pl.col("sample_role") == SAMPLE)["sample"].unique(maintain_order=True)
    roles = {name: role for name in written if name not in chosen and (role := role_by_name(name))}
    if roles:
        shown = ", ".join(f"{name} ({role})" for name, role in list(roles.items())[:EXAMPLES])
        on_note(
            f"The table calls these samples, but their names say otherwise: {shown}. They are read "
            "as samples; choose their role where that is wrong."
        )


def _of_sample(roles: Mapping[str, str]) -> pl.Expr:
    return pl.col("sample").replace_strict(dict(roles), default=None, return_dtype=pl.String)


def _note_by_name(roles: Mapping[str, str]) -> str:
    (first, its_role), *others = list(roles.items())[:EXAMPLES]
    shown = listed(
        [f"{first} is read as {its_role}", *(f"{name} as {role}" for name, role in others)]
    )
    more = f", and {len(roles) - EXAMPLES:,} more samples likewise" if len(roles) > EXAMPLES else ""
    return (
        f"By their names, {shown}{more}. Peaks of a blank are background. "
        "Choose another role where this is wrong."
    )
