"""Put a quote before each text, or part of a text, that a spreadsheet would run as a formula.

A table is opened with a separator that its reader's spreadsheet chose, so any of them may begin a
cell: ``a;=1+1`` is two cells where ``;`` separates. Full-width and other compatibility characters
count as what they stand for (Unicode's NFKC), for spreadsheets in some languages read them so.
OWASP has the attack: https://owasp.org/www-community/attacks/CSV_Injection.

Escaping twice changes nothing more, so a file that is read back and written again stays the same.
"""

import re

import polars as pl

# The characters whose NFKC begins with = + - or @; a test compares with Unicode.
STARTS = "=+\\-@\u207a\u207c\u208a\u208c\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"  # noqa: E501
# Those whose NFKC ends with , ; | or is a tab or the end of a line.
SEPARATORS = (
    "\t\n\x0b\x0c\r,;|\u037e\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b\uff5c\U0001f101-\U0001f10a"
)
# What a spreadsheet may drop at the start of a cell: quotes of CSV, spaces, and what is not seen.
DROPPED = (
    '"\uff02\\x00-\\x20\\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f'
    "\u205f-\u206f\u3000\ufe00-\ufe0f\ufeff"
)
# The same for Polars, which escapes columns, and for Python, which escapes single texts.
BEFORE_A_FORMULA = f"(^|[{SEPARATORS}])([{DROPPED}]*)([{STARTS}])"
# OWASP's further starts: some spreadsheets drop them, and what follows begins the cell.
BLANK_START = "^([\t\n\r])"

_before_a_formula = re.compile(BEFORE_A_FORMULA)
_blank_start = re.compile(BLANK_START)


def escape_formulas(rows: pl.DataFrame) -> pl.DataFrame:
    """Escape each column of texts, and the headers, which a user may have chosen too."""
    headers: dict[str, str] = {}
    for name in rows.columns:
        header = escape_formula(name)
        while header in headers.values() or (header != name and header in rows.columns):
            header = f"'{header}"
        headers[name] = header
    return rows.with_columns(_escaped(pl.col(pl.String))).rename(headers)


def escape_formula(text: str) -> str:
    """Escape one text."""
    return _blank_start.sub(r"'\1", _before_a_formula.sub(r"\1\2'\3", text))


def _escaped(text: pl.Expr) -> pl.Expr:
    escaped = text.str.replace_all(BEFORE_A_FORMULA, "${1}${2}'${3}")
    return escaped.str.replace(BLANK_START, "'${1}")
