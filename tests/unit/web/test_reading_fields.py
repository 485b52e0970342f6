"""What a person chose about a table goes through forms and addresses without loss."""

from litestar.datastructures import MultiDict

from app.analysis.reading.decisions import ReadingChoices
from app.web.forms import choices_in, field_of, fields_of


def test_choices_come_back_from_their_fields() -> None:
    choices = ReadingChoices(
        columns={"name": "Lipid", "log_p": ""},
        decimal="comma",
        rt_unit="s",
        encoding="cp932",
        sheets=("GM3", "GD1 neg"),
        anchor_words="oui;+",
        sample_roles={"Blank_01": "sample", "a=b": "qc"},
    )
    given = MultiDict([(field_of("u", name), text) for name, text in fields_of(choices).items()])
    assert choices_in(given, "u") == choices


def test_each_sample_can_have_a_field_of_its_own() -> None:
    field = field_of("u", "sample_roles")
    given = MultiDict([(field, ""), (field, "QC 3=blank"), (field, "b=qc")])
    assert choices_in(given, "u").sample_roles == {"QC 3": "blank", "b": "qc"}
