"""Say what a change of a row does to its call."""

from app.analysis.flips.search import Flip, FoundFlips

THIS_ROW = {
    "true": "this row would be confirmed",
    "fragment": "this row would be an in-source fragment",
    "outlier": "this row would not be confirmed",
    "ambiguous": "this row would be ambiguous",
    "invalid": "this row would be excluded",
}
NOT_TRIED = "The retention law says so as it is; the table is too large to try it in a run."
NOT_JUDGED = "The rules do not judge this row, so no change of a peak gives it another assignment."


def sentence_on(flip: Flip, time_decimals: int) -> str:
    """What a change does, as in "At 2.310 min instead of 2.600, this row would be confirmed."."""
    said = _on_change(flip, time_decimals)
    return said if flip.is_tried else f"{said} {NOT_TRIED}"


def _on_change(flip: Flip, decimals: int) -> str:
    return f"{_changed(flip, decimals)}, {THIS_ROW[flip.call]}."


def _changed(flip: Flip, decimals: int) -> str:
    change = flip.change
    match change.kind:
        case "time":
            return f"At {change.value:.{decimals}f} min instead of {flip.before:.{decimals}f}"
        case "area":
            return f"With a peak area of {_area(change.value)} instead of {_area(flip.before)}"
        case "anchor":
            return "Marked as an anchor" if change.value else "Without its anchor mark"
    return f"Without row {change.row}"


def sentence_on_none(found: FoundFlips) -> str:
    """What was tried in vain."""
    ran = f" {found.runs} of them" if found.runs > 1 else " One of them"
    tried = f"{ran} {'were' if found.runs > 1 else 'was'} tried in a run." if found.runs else ""
    return (
        "No change of this row was found that gives it another assignment. "
        f"The retention law judged {found.judged} changes: other times and areas within those of "
        f"the table, another anchor mark, and the table without one of the rows near it.{tried}"
    )


def sentence_on_other_ion(main_row: int) -> str:
    """Why a row has no changes of its own."""
    return (
        f"This row is another ion of the species of row {main_row} and has its assignment. See "
        f"what would change row {main_row}."
    )


def sentence_on_hand(by_hand: str, by_rules: str) -> str:
    """What the rules say of a row that a person decided."""
    if by_hand == by_rules:
        return "This assignment was made by hand, and the rules agree. Changes of peaks keep it."
    return f"Without the decision by hand, {THIS_ROW[by_rules]}."


def _area(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
