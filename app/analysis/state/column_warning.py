"""Warn of tables whose sugars do not hasten a species as on a reversed phase."""

from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import PLACE_OF_TERM
from app.analysis.state.data_warning import DataWarning

OTHER_COLUMN = "other_column"


def column_warning(model: RetentionModel) -> DataWarning | None:
    """Say what the sugars do instead; None if they may hasten a species."""
    if model.has_usual_sugars:
        return None
    sialic_min, neutral_min = (
        float(model.coefficients[PLACE_OF_TERM[name]]) for name in ("sialic", "neutral_sugars")
    )
    text = (
        "Sugars do not hasten a species as on a reversed phase: the law finds "
        f"{sialic_min:+.2f} min for a sialic acid and {neutral_min:+.2f} min for another sugar. So "
        "the table is judged as one of another column, such as HILIC. If it was measured on a "
        "reversed phase, look whether the right classes stand in the names."
    )
    return DataWarning(OTHER_COLUMN, text)
