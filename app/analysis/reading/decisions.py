"""What a reading decides about a table, what it has to ask, and what a person chose beforehand.

Whatever a table does not say plainly (its decimal mark, its unit of time, its encoding) is either
decided by evidence, which the preview shows, or asked. A table with an open question is not
analyzed: the wrong answer would change numbers without a trace.
"""

from collections.abc import Callable, Iterable
from shlex import quote
from typing import TypeAlias

import msgspec

from app.analysis.errors import PeakTableError

# Receives the sentences of a reading on what it changed or left out.
OnNote: TypeAlias = Callable[[str], None]

AUTO = "auto"
COLUMN_SUFFIX = "_column"
# Between the names of sheets; no name of a sheet has it: Excel's specification.
SHEET_SEPARATOR = "/"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """How one thing about a table was read.

    ``subject`` is the name of the choice that changes it, such as ``decimal`` or ``rt_unit``.
    ``evidence`` is a sentence that says why, and ``alternatives`` are the other values. A decision
    that a user would not expect ``is_noted`` in the log of the job too.
    """

    subject: str
    value: str
    evidence: str
    alternatives: tuple[str, ...] = ()
    is_noted: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A possible answer: the value of the choice, and what it means for an example of the file."""

    value: str
    meaning: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a table leaves open. ``subject`` is the name of the choice that answers it."""

    subject: str
    sentence: str
    answers: tuple[Answer, ...]

    def option(self, value: str) -> str:
        """The option of the command line that gives an answer, quoted for a shell."""
        if self.subject.endswith(COLUMN_SUFFIX):
            return f"--column {quote(f'{self.subject.removesuffix(COLUMN_SUFFIX)}={value}')}"
        return f"--{self.subject.replace('_', '-')} {quote(value)}"


class Findings(msgspec.Struct):
    """Collects the decisions and questions of one reading."""

    decisions: list[Decision] = msgspec.field(default_factory=list)
    questions: list[Question] = msgspec.field(default_factory=list)

    def add(self, *found: Decision | Question) -> None:
        """Add decisions and questions."""
        self.decisions += [each for each in found if isinstance(each, Decision)]
        self.questions += [each for each in found if isinstance(each, Question)]

    def check_answered(self) -> None:
        """Refuse a table that leaves something open.

        Raises:
            UndecidedError: there are questions.
        """
        if self.questions:
            raise UndecidedError(self.questions)

    def notes(self) -> list[str]:
        """The evidence of the decisions that the log of the job has."""
        return [each.evidence for each in self.decisions if each.is_noted]


class UndecidedError(PeakTableError):
    """The table can be read in two ways; its text names them and the fields that choose."""

    def __init__(self, questions: Iterable[Question], file_name: str = "") -> None:
        self.questions = tuple(questions)
        begin = f"{file_name}: " if file_name else ""
        super().__init__(begin + " ".join(_in_words(each) for each in self.questions))

    def in_file(self, name: str) -> "UndecidedError":
        """The same error with the name of the file in its text."""
        return UndecidedError(self.questions, name)


def _in_words(question: Question) -> str:
    answers = "; ".join(f"{each.value!r}: {each.meaning}" for each in question.answers)
    return f"{question.sentence} Set {question.subject} to one of these. {answers}."


class ReadingChoices(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a person wants a table to be read; what is ``auto`` or empty is decided by the table.

    ``columns`` has the header of each role (name, rt, ...), or ``""`` where the table has none.
    ``decimal`` is the decimal mark (``point``, ``comma``), ``rt_unit`` the unit of the retention
    times (``min``, ``s``, ``ms``, ``h``), ``encoding`` one of ``ENCODINGS``. ``sheets`` are those
    of a workbook to read. ``anchor_words`` has the words, separated by semicolons, that mark an
    anchor. ``marked_rows`` says whether rows that are marked as excluded stay as invalid
    (``excluded``) or count (``judged``). ``sample_roles`` has the role of a sample by its name.
    """

    columns: dict[str, str] = {}
    decimal: str = AUTO
    rt_unit: str = AUTO
    encoding: str = AUTO
    sheets: tuple[str, ...] = ()
    anchor_words: str = AUTO
    marked_rows: str = AUTO
    sample_roles: dict[str, str] = {}

    def __post_init__(self) -> None:
        for name, known in KNOWN_VALUES.items():
            if (value := getattr(self, name)) not in known:
                raise PeakTableError(f"{name} is {value!r}; it must be one of {', '.join(known)}.")


ENCODINGS = (
    *("utf-8", "utf-16-le", "utf-16-be", "cp1252", "mac-roman", "cp1250", "cp1251", "cp1253"),
    *("cp850", "koi8-r", "cp932", "euc-jp", "gb18030", "big5", "euc-kr"),
)
# The values of the choices that have a fixed list.
KNOWN_VALUES = {
    "decimal": (AUTO, "point", "comma"),
    "rt_unit": (AUTO, "min", "s", "ms", "h"),
    "encoding": (AUTO, *ENCODINGS),
    "marked_rows": (AUTO, "excluded", "judged"),
}
AS_FOUND = ReadingChoices()
