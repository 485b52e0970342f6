"""What a result can be filtered by: only fields of columns that have values in its rows."""

from typing import Any, NamedTuple

from app.web import words
from app.web.features.results.column_facts import ColumnFacts
from app.web.features.results.filters.form import RANGED
from app.web.features.results.filters.row_filter import CONTAINS
from app.web.features.results.probabilities import PERCENTAGES
from app.web.templating.record_names import sample_role

# The choices below "More filters".
FURTHER = ("rule", "adduct", "charge", "isotope_label", "ion", "set_apart")
# With more values than this, users type a sample's name instead of choosing it.
MOST_LISTED = 200

# All fields below "More filters", which is open where one is filled in.
FURTHER_FIELDS = (*FURTHER, *(field for field in CONTAINS if field != "search"), "ranges")


class FilterChoices(NamedTuple):
    """The values of columns to choose from, and the columns of texts and of numbers by title.

    ``titles`` has what the values of some columns are called.
    """

    values: dict[str, list[Any]]
    titles: dict[str, dict[str, str]]
    further: dict[str, str]
    texts: dict[str, str]
    ranges: dict[str, str]


def filter_choices(facts: ColumnFacts) -> FilterChoices:
    """The fields of the form."""
    used, values = facts
    return FilterChoices(
        values | {"sample": values["sample"][:MOST_LISTED]},
        {
            "sample_role": {role: sample_role(role) for role in values["sample_role"]},
            "rule": {str(rule): _rule(rule) for rule in values["rule"]},
        },
        {name: words.COLUMNS[name] for name in FURTHER if values[name]},
        {
            field: words.COLUMNS[column]
            for field, column in CONTAINS.items()
            if field != "search" and column in used
        },
        {name: words.COLUMNS[name] for name in RANGED if name in {*used, *PERCENTAGES}},
    )


def _rule(number: int) -> str:
    return str(number) if int(number) else words.NO_RULE
