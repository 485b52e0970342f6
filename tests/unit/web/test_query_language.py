"""The language of filters: what is written, what it means, and what is said of what it is not."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contract.tasks import JobState
from app.db.jobs.lists.search import JobFilter
from app.db.jobs.lists.terms import Bound, Term
from app.web.job_filters.job_query import JobQuery
from app.web.job_filters.query_language import FIELDS, FilterError, parse, quoted

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, number, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("   ", []),
        ("plasma", [Term("name", ("plasma",))]),
        ("Name:plasma", [Term("name", ("plasma",))]),
        ('-"brain 2, left"', [Term("name", ("brain 2, left",), is_excluded=True)]),
        ('"a \\"b\\" \\\\c"', [Term("name", ('a "b" \\c',))]),
        ('"tag:brain"', [Term("name", ("tag:brain",))]),
        ("2-3:4", None),
        ("tag:Brain,liver", [Term("tag", ("brain", "liver"))]),
        ("-state:failed", [Term("state", ("failed",), is_excluded=True)]),
        ("state:FAILED", [Term("state", ("failed",))]),
        ("rows:>1000", [Term("rows", ((Bound(">", 1000),),))]),
        ("rows:5", [Term("rows", ((Bound("=", 5),),))]),
        ("rows:10..20", [Term("rows", ((Bound(">=", 10), Bound("<=", 20)),))]),
        ("rows:<=1.5k", [Term("rows", ((Bound("<=", 1500),),))]),
        ("size:>=10MB", [Term("size", ((Bound(">=", 10_000_000),),))]),
        ("since:2d", [Term("submitted", ((Bound(">=", day(25, 8)),),))]),
        ("until:2w", [Term("submitted", ((Bound("<=", day(13, 8)),),))]),
        ("since:90min", [Term("submitted", ((Bound(">=", NOW - timedelta(minutes=90)),),))]),
        ("since:2026-11-25", [Term("submitted", ((Bound(">=", day(25)),),))]),
        ("is:kept,tagged", [Term("is", ("kept", "tagged"))]),
    ],
)
def test_a_filter_becomes_its_terms(text: str, terms: list[Term] | None) -> None:
    wanted = [Term("name", (text,))] if terms is None else terms
    assert list(parse(text, now=NOW)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "since:1w until:2d",
        "since:2026-11-25 until:2026-11-25",
        "rows:>10 rows:<=11",
        "rows:1,5,9 rows:2..4,8..10",
        "state:failed,queued state:running,queued",
        "state:failed -state:failed,running tag:a tag:b",
    ],
)
def test_a_filter_that_jobs_can_match_is_accepted(text: str) -> None:
    assert parse(text, now=NOW)


def test_terms_keep_their_order_and_a_day_has_an_end() -> None:
    found = parse("tag:brain -state:failed  rows:>1000\tuntil:2026-11-25 name:plasma", now=NOW)
    assert [each.field for each in found] == ["tag", "state", "rows", "submitted", "name"]
    assert found[3].values == ((Bound("<=", day(26) - timedelta(microseconds=1)),),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nam:x", "There is no field nam. Did you mean name? Use one of name, tag, note, state"),
        ("nam:x", 'put it in quotes: "nam:x"'),
        ("state:done", "state: there is no done; use one of queued, running, succeeded"),
        ("is:nice", "is: there is no nice; use one of kept, tagged"),
        ("rows:many", "rows: many is no number; write rows:1000, rows:>1000"),
        ("rows:>", "rows: > is no number"),
        ("rows:20..10", "20 is more than 10; swap the two"),
        ("rows:0.5", "0.5 is no whole number"),
        ("rows:99999999999999999999", "no whole number that a job can have"),
        ("since:14.3.2026", "since: 14.3.2026 is no time; write a day, such as since:2026-11-25"),
        ("since:yesterday", "since:6h, since:2d"),
        ("since:1d,2d", "since: write one time"),
        ("until:2026-02-30", "until: 2026-02-30 is no time"),
        ("tag:-x", "tag: '-x' cannot be a tag"),
        ("tag: brain", "tag: there is nothing after the colon; write tag:brain"),
        ("a - b", "There is nothing after the -"),
        ('name:"brain', "A quote is open"),
        ("a,,b", "a,,b cannot be read"),
        ("size:>10mib", "Units are B, kB, MB and GB: size:>10MB"),
        ("since:2d until:1w", "since is later than until, so no job can match both. Swap"),
        ("rows:>10 rows:<=10", "rows: no number matches all of these terms"),
        ("rows:1,5 rows:2..4 rows:>7", "rows: no number matches all"),
        ("state:failed state:running,queued", "as in state:one,other"),
        ("x " * 31, "31 terms; write at most 30"),
        ("x" * 1001, "1,001 characters; write at most 1,000"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_can(text: str, sentence: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text, now=NOW)
    assert sentence in str(caught.value)


def test_the_typed_form_of_a_filter_demands_all_that_the_filter_does() -> None:
    """What is done to "all that match" is sent in this form: a lost part would reach more jobs."""
    whole = JobFilter(
        search="brain",
        states=(JobState.FAILED, JobState.QUEUED),
        since=date(2026, 11, 1),
        until=date(2026, 11, 2),
        retried=True,
        terms=parse("tag:x", now=NOW),
        batch="0" * 32,
    )
    typed = JobQuery(whole, "-created_at", q="tag:x").as_text()
    for each in fields(JobFilter):
        assert getattr(whole, each.name) != each.default, f"give {each.name} a value"
    assert set(parse(typed, now=NOW)) == set(whole.all_terms())


def test_each_field_has_an_example_that_can_be_read() -> None:
    for name, described in FIELDS.items():
        for example in described[0].split(" or "):
            assert parse(example, now=NOW), name


@given(st.text(st.characters(exclude_characters="\x00"), min_size=1, max_size=200))
def test_any_text_is_found_by_its_quoted_form(text: str) -> None:
    assert parse(quoted(text), now=NOW) == (Term("name", (text,)),)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        assert len(parse(text, now=NOW)) <= len(text)
    except FilterError as error:
        said = str(error)
        assert said[-1] in '."', said
