"""Set rows apart that the table marks as excluded, as ``Use = no``, ``Rej. = 1`` or ``delete`` do.

Such a row stays, as an invalid one whose reason names the mark. Where the marks are not clear, it
is asked whether they exclude their rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from app.analysis.counted import counted
from app.analysis.reading.cells.anchor_words import NO, YES, plain_word
from app.analysis.reading.decisions import AUTO, Answer, Decision, Findings, Question
from app.analysis.reading.headers.columns import quoted_list
from app.analysis.reading.headers.exclusion_words import (
    DOUBTS,
    EXCLUDES,
    KEEPS,
    MAY_EXCLUDE,
    MAY_KEEP,
    REMARKS,
    begins_with_exclusion,
    exclusion_word,
)
from app.analysis.reading.layout.layout import Layout
from app.analysis.reading.raw_table import READ_PROBLEM, with_problems
from app.analysis.reading.sources import SOURCES

SUBJECT = "marked_rows"
EXCLUDED, JUDGED = "excluded", "judged"
EMPTY = frozenset(("", "-"))
MOST_SHOWN, LONGEST_WORD = 3, 30
PROBLEM = "The table marks this row as excluded: {!r} is {}."
MEANINGS: Mapping[str, str] = {
    EXCLUDED: "such a row stays as an invalid one and is no evidence for others",
    JUDGED: "such a row is judged as the others are",
}


class Marks(NamedTuple):
    """The values of a column (``name``) that exclude its rows, and whether that is clear.

    ``values`` has the word of each; two values can be written differently and mean one word.
    """

    name: str
    values: Mapping[Any, str]
    is_clear: bool

    @property
    def words(self) -> list[str]:
        """The words that exclude rows, sorted."""
        return sorted(set(self.values.values()))


def marking_columns(layout: Layout) -> list[str]:
    """The headers of the columns that can mark rows as excluded."""
    free = [name for name in layout.header if name not in layout.used]
    return [name for name in free if exclusion_word(name)]


def with_excluded_rows_apart(
    table: pl.DataFrame, layout: Layout, chosen: str, findings: Findings
) -> pl.DataFrame:
    """The table with a problem for each row that is marked as excluded.

    ``chosen`` is ``excluded`` or ``judged`` if a person decided it, else ``auto``. ``findings``
    gets the decision, or a question.
    """
    is_plain = layout.source is SOURCES[-1]
    every = [_marks(table[name], is_plain=is_plain) for name in marking_columns(layout)]
    found = [marks for marks in every if marks]
    if not found:
        return table
    problems = table.select(
        pl.coalesce(_problems(table[marks.name], marks) for marks in found).alias(READ_PROBLEM)
    ).to_series()
    number = len(problems) - problems.null_count()
    is_clear = all(marks.is_clear for marks in found) and 2 * number <= len(problems)
    findings.add(_finding(found, number, chosen, is_clear=is_clear))
    if chosen == JUDGED:
        return table
    return with_problems(table, problems)


def _marks(cells: pl.Series, *, is_plain: bool) -> Marks | None:
    """Which words of a column exclude rows; None if it marks none.

    The columns of a program whose headers can mean something else are passed over.
    """
    key = exclusion_word(cells.name)
    word_of = {value: plain_word(value) for value in cells.unique().to_list()}
    words = set(word_of.values())
    says_yes_or_no = words <= YES | NO | EMPTY
    may_be = key in MAY_EXCLUDE | MAY_KEEP and says_yes_or_no
    if may_be and not is_plain:
        return None
    if key in REMARKS or (key in MAY_EXCLUDE | MAY_KEEP and not says_yes_or_no):
        excluding = words & (EXCLUDES | DOUBTS if is_plain else EXCLUDES)
        excluding |= set(filter(begins_with_exclusion, words if is_plain else ()))
        is_clear = excluding <= EXCLUDES
    elif key in EXCLUDES | MAY_EXCLUDE:  # another text than yes is the reason, or a doubt
        excluding = words - NO - KEEPS - EMPTY
        is_clear = excluding <= YES | EXCLUDES
    else:
        excluding, is_clear = _not_kept(words)
    values = {value: word for value, word in word_of.items() if word in excluding}
    return Marks(cells.name, values, is_clear and not may_be) if values else None


def _not_kept(words: set[str]) -> tuple[set[str], bool]:
    """The words that exclude in a column of rows to keep, and whether they say so clearly.

    If some rows have a yes and the others nothing, the others may not be kept.
    """
    excluding, others = words & (NO | EXCLUDES), words - NO - YES - EXCLUDES - KEEPS - EMPTY
    if excluding:
        return excluding, not others
    is_ticked = bool(words & (YES | KEEPS)) and not others
    return (words & EMPTY if is_ticked else set()), False


def _problems(cells: pl.Series, marks: Marks) -> pl.Series:
    """The problem of each row, null where it is not marked."""
    sentences = [PROBLEM.format(marks.name, _shown(word)) for word in marks.values.values()]
    values = pl.Series([*marks.values], dtype=cells.dtype)
    return cells.replace_strict(values, sentences, default=None, return_dtype=pl.String)


def _shown(word: str) -> str:
    return repr(word[:LONGEST_WORD]) if word else "empty"


def _finding(
    found: Sequence[Marks], number: int, chosen: str, *, is_clear: bool
) -> Decision | Question:
    """The decision on the marked rows, or a question where nobody chose and it is not clear."""
    rows = f"{counted(number, 'row')} {'is' if number == 1 else 'are'}"
    marks = " and ".join(_in_words(each) for each in found)
    if chosen == AUTO and not is_clear:
        return Question(
            subject=SUBJECT,
            sentence=f"{rows} perhaps marked as excluded: {marks}.",
            answers=tuple(Answer(value=value, meaning=it) for value, it in MEANINGS.items()),
        )
    value = EXCLUDED if chosen == AUTO else chosen
    then = "judged as the others are, as was chosen" if value == JUDGED else "kept as invalid"
    return Decision(
        subject=SUBJECT,
        value=value,
        evidence=f"{rows} marked as excluded and {then}: {marks}.",
        alternatives=tuple(each for each in MEANINGS if each != value),
        is_noted=True,
    )


def _in_words(marks: Marks) -> str:
    words = ", ".join(map(_shown, marks.words[:MOST_SHOWN]))
    more = ", ..." if len(marks.words) > MOST_SHOWN else ""
    return f"{quoted_list([marks.name])} is {words}{more}"
