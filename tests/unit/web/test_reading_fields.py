"""What a person chose about a table goes through forms and addresses without loss."""

import argparse
from dataclasses import fields

import pytest
from litestar.datastructures import MultiDict

from app.analysis.reading.decisions import AS_FOUND, KNOWN_VALUES, ReadingChoices
from app.commands.reading_arguments import (
    READING_HELP,
    add_reading_arguments,
    choices_of,
    given_choices,
)
from app.db.jobs.tables import Job
from app.web import words
from app.web.forms.fields import NotationForm, ReadingForm, SettingsForm
from app.web.forms.page_form import choices_in, field_of, fields_of
from app.web.job_view import AUTO_NOTATION

CHOSEN = ReadingChoices(
    columns={"name": "Lipid", "log_p": ""},
    decimal="comma",
    rt_unit="s",
    encoding="cp932",
    sheets=("GM3", "GD1 neg"),
    anchor_words="oui;+",
    marked_rows="judged",
    sample_roles={"Blank_01": "sample", "a=b": "qc"},
)
OPTIONS = (
    *("--column=name=Lipid", "--column=log_p=", "--decimal=comma", "--rt-unit=s"),
    *("--encoding=cp932", "--sheet=GM3", "--sheet=GD1 neg", "--anchor-words=oui;+"),
    "--marked-rows=judged",
    *("--sample-role=Blank_01=sample", "--sample-role=a=b=qc"),
)


@pytest.mark.parametrize("name", ReadingChoices.__struct_fields__)
def test_the_tests_make_every_choice(name: str) -> None:
    assert getattr(CHOSEN, name) != getattr(AS_FOUND, name), "add the new choice to CHOSEN"


def test_choices_come_back_from_their_fields() -> None:
    given = MultiDict([(field_of("u", name), text) for name, text in fields_of(CHOSEN)])
    assert choices_in(given, "u") == CHOSEN


def test_the_command_line_can_make_every_choice() -> None:
    parser = argparse.ArgumentParser()
    add_reading_arguments(parser)
    assert choices_of(parser.parse_args(OPTIONS)) == CHOSEN


def test_the_command_line_can_send_every_choice_to_a_server() -> None:
    parser = argparse.ArgumentParser()
    add_reading_arguments(parser)
    sent = given_choices(parser.parse_args(OPTIONS))
    assert ReadingForm(**sent, name_column="Lipid", log_p_column="").choices() == CHOSEN
    assert given_choices(parser.parse_args([])) == {}


def test_every_choice_has_its_words() -> None:
    fixed = set(KNOWN_VALUES)
    assert set(READING_HELP) == fixed
    notations = {field.name for field in fields(NotationForm)}
    assert {name: tuple(titles) for name, titles in words.NOTATIONS.items()} == {
        name: KNOWN_VALUES[name] for name in KNOWN_VALUES if name in notations
    }
    assert set(AUTO_NOTATION) == notations
    # Columns and sample roles have titles of their own, by role.
    assert set(words.CHOICES) == set(ReadingChoices.__struct_fields__) - {"columns", "sample_roles"}
    assert {field.name for field in fields(ReadingForm)} >= set(words.CHOICES)


def test_settings_and_presets_keep_every_notation() -> None:
    notation = {field.name: getattr(CHOSEN, field.name) for field in fields(NotationForm)}
    form = SettingsForm(**notation)
    assert form.kept().items() >= notation.items()
    assert form.choices_over(Job(settings="{}")) == ReadingChoices(**notation)


def test_each_sample_can_have_a_field_of_its_own() -> None:
    field, lines = field_of("u", "sample_role"), field_of("u", "sample_roles")
    given = MultiDict([(field, ""), (field, "QC 3=blank"), (field, "one\r\ntwo=qc")])
    given.add(lines, "b=qc\r\nc=blank")
    expected = {"QC 3": "blank", "one\ntwo": "qc", "b": "qc", "c": "blank"}
    found = choices_in(given, "u")
    assert found.sample_roles == expected
    again = MultiDict([(field_of("u", name), text) for name, text in fields_of(found)])
    assert choices_in(again, "u") == found
