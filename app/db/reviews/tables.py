"""The tables of reviews: who judges which rows of a job, and how."""

from piccolo.columns import JSON, Boolean, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class Review(Table):
    """A review of the rows ``rows`` (their numbers) of ``job``; ``first`` is its first version.

    It is open until ``closed_at``. ``adopted_as`` is the version that has the decisions of the
    readers, or the claim of who is just making it. A first version has at most one open review.
    """

    id = Varchar(length=32, primary_key=True, default="")
    job = Varchar(length=32)
    first = Varchar(length=32)
    rows = JSON()
    note = Text()
    opened_by = Varchar(length=64)
    opened_at = Timestamptz()
    closed_at = Timestamptz(null=True, default=None)
    adopted_as = Varchar(length=32, null=True, default=None)


class Reviewer(Table):
    """A reader of a review: an account, under the name that the owner of the job typed.

    A name without an account gets a row too; its ``account`` is a random id. ``could_see`` means
    that a job with the same table was shared under the name when the reader was added. Since
    ``withdrawn_at`` the account is no reader; its judgements are kept and count no more.
    """

    id = Varchar(length=32, primary_key=True, default="")
    review = Varchar(length=32)
    account = Varchar(length=32)
    name = Varchar(length=254)
    name_key = Varchar(length=254)
    could_see = Boolean()
    withdrawn_at = Timestamptz(null=True, default=None)


class Judgement(Table):
    """What a reader (``by``, an account) says of a row: a call, perhaps a parent and a note."""

    id = Serial(primary_key=True)
    review = Varchar(length=32)
    by = Varchar(length=32)
    row = Integer()
    call = Varchar(length=16)
    parent_row = Integer(null=True, default=None)
    note = Text()
    at = Timestamptz()


class Resolution(Table):
    """How a person decided a row that the readers do not agree on."""

    id = Serial(primary_key=True)
    review = Varchar(length=32)
    by = Varchar(length=64)
    row = Integer()
    call = Varchar(length=16)
    note = Text()
    at = Timestamptz()
