"""The names that a result gives its rows, and the warning of names that leave a choice."""

from app.analysis.pipeline import analyze
from tests.unit.analysis.tables import SETTINGS, peaks


def test_a_result_has_the_names_of_each_row_and_warns_of_a_choice() -> None:
    found = analyze(
        peaks([("GM1(36:1;O2)", 10.1), ("GM3(16:0)", 9.4), ("GM3(d18:1/18:0)", 10.6), ("PC", 9.0)]),
        SETTINGS,
    )

    assert found.rows.select("molecular_name", "shorthand_name").rows() == [
        (None, "GM1 36:1;O2"),
        ("GM3(18:1;O2/16:0)", "GM3 18:1;O2/16:0"),
        ("GM3(18:1;O2/18:0)", "GM3 18:1;O2/18:0"),
        (None, None),
    ]
    (warning,) = (each for each in found.warnings if each.code == "names")
    assert warning.rows == (2,)
    assert "in 'GM3(16:0)', 16:0 was read as the acyl chain of a d18:1 base" in warning.message
