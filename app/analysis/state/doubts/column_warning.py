"""Warn of tables whose sugars do not shorten retention as they do on a reversed phase."""

from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.law.straight_law import PLACE_OF_TERM
from app.analysis.state.data_warning import DataWarning

OTHER_COLUMN = "other_column"


def column_warning(model: RetentionModel) -> DataWarning | None:
    """Say what the sugars do instead; None if they may shorten retention."""
    if model.has_usual_sugars:
        return None
    sialic_min, neutral_min = (
        float(model.coefficients[PLACE_OF_TERM[name]]) for name in ("sialic", "neutral_sugars")
    )
    text = (
        "Sugars do not shorten retention as they do on a reversed phase: a sialic acid adds "
        f"{sialic_min:+.2f} min and another sugar {neutral_min:+.2f} min. So the table is judged "
        "as one of another column, such as HILIC. If it was measured on a reversed phase, check "
        "that its names have the right classes."
    )
    return DataWarning(OTHER_COLUMN, text)
