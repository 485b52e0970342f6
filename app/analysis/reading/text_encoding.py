r"""Decide the encoding of a table of text: by its mark, by UTF-8's rules, by its letters, or ask.

Bytes that an encoding does not have are kept as ``\x81``, so that two names which differ in them
stay two.
"""

import codecs
import re

from app.analysis.reading.decisions import AUTO, Answer, Decision, Question
from app.analysis.reading.encoding_score import score

UTF8 = "utf-8"
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# The encodings that programs for lipids write besides UTF-8, the most frequent first.
CANDIDATES = ("cp1252", "mac-roman", "cp932", "gb18030", "cp1251")
TITLES = {
    "cp1252": "Western (Windows-1252)",
    "mac-roman": "Western (Mac Roman)",
    "cp932": "Japanese (CP932)",
    "gb18030": "Chinese (GBK, GB 18030)",
    "cp1251": "Cyrillic (Windows-1251)",
}
LINE_WITH_HIGH_BYTE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
HIGH_BYTE = re.compile(rb"[\x80-\xff]")
MOST_LINES = 500
# A text whose characters beyond ASCII are this plausible, and this much more than otherwise.
PLAUSIBLE, LEAD = 0.6, 0.2
# A few valid sequences of two bytes are in other encodings by chance, but seldom so many.
VALID_PER_BROKEN = 4
LONGEST_EXAMPLE = 40


def utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 in one of its orders, if every other byte of the beginning is mostly NUL."""
    pairs = len(head) // 2
    if not pairs or b"\0" not in head:
        return None
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > pairs / 2 and even <= pairs / 20:
        return "utf-16-le"
    return "utf-16-be" if even > pairs / 2 and odd <= pairs / 20 else None


def decode_table(content: bytes, chosen: str = AUTO) -> tuple[str, list[Decision | Question]]:
    """The text of a file, and what to say of its encoding."""
    if chosen != AUTO:
        return _decode(content, chosen), [_decision(chosen, "It was chosen.")]
    if content.startswith(UTF16_MARKS):
        return content.decode("utf-16", errors="backslashreplace"), []
    if encoding := utf16_without_mark(content[:65_536]):
        return _decode(content, encoding), [_decision(encoding, "Every second byte is NUL.")]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return _decode_other(content)


def _decode_other(content: bytes) -> tuple[str, list[Decision | Question]]:
    """Decode text that is not UTF-8 throughout."""
    escaped = content.decode("utf-8-sig", errors="surrogateescape")
    broken = sum("\udc80" <= character <= "\udcff" for character in escaped)
    valid = sum(character > "\x7f" for character in escaped) - broken
    if valid >= VALID_PER_BROKEN * broken:
        why = f"{broken:,} of its bytes are broken and read as \\x with their number."
        return _decode(content, UTF8), [_decision(UTF8, why, is_noted=True)]
    lines = list(dict.fromkeys(LINE_WITH_HIGH_BYTE.findall(content)))[:MOST_LINES]
    scores = {name: _score(lines, name) for name in CANDIDATES}
    ranked = sorted(CANDIDATES, key=lambda name: -scores[name])
    best, example = ranked[0], _example(lines)
    rivals = [name for name in ranked[1:] if _decode(example, name) != _decode(example, best)]
    lead = scores[best] - max((scores[name] for name in rivals), default=0.0)
    if scores[best] >= PLAUSIBLE and lead >= LEAD:
        why = f"So {_shown(example, best)!r} is read."
        return _decode(content, best), [_decision(best, why, is_noted=best != "cp1252")]
    return _decode(content, best), [_question(example, ranked)]


def _score(lines: list[bytes], encoding: str) -> float:
    try:
        return score("\n".join(line.decode(encoding) for line in lines), encoding)
    except UnicodeDecodeError:
        return 0.0


def _decode(content: bytes, encoding: str) -> str:
    text = content.decode(encoding, errors="backslashreplace")
    return text.removeprefix("\ufeff")


def _example(lines: list[bytes]) -> bytes:
    """The line with the most bytes beyond ASCII."""
    return max(lines, key=lambda line: len(HIGH_BYTE.findall(line)))


def _shown(line: bytes, encoding: str) -> str:
    """The cells of a line that have a character beyond ASCII."""
    cells = re.split(r"[,;\t|]", _decode(line, encoding))
    return " ".join(cell.strip() for cell in cells if not cell.isascii())[:LONGEST_EXAMPLE]


def _decision(encoding: str, why: str, *, is_noted: bool = False) -> Decision:
    return Decision(
        subject="encoding",
        value=encoding,
        evidence=f"The text is read as {TITLES.get(encoding, encoding.upper())}. {why}",
        alternatives=tuple(name for name in (UTF8, *CANDIDATES) if name != encoding),
        is_noted=is_noted,
    )


def _question(example: bytes, ranked: list[str]) -> Question:
    return Question(
        subject="encoding",
        sentence="The text is not UTF-8, and its letters do not tell which encoding it has.",
        answers=tuple(
            Answer(value=name, meaning=f"{_shown(example, name)}, {TITLES[name]}")
            for name in ranked
        ),
    )
