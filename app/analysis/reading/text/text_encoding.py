r"""Decide the encoding of a table of text: by its mark, by UTF-8's rules, by its letters, or ask.

Bytes that an encoding does not have are kept as ``\x81``, so that two names which differ in them
stay two.
"""

import codecs
import re
from itertools import islice
from mmap import mmap

from app.analysis.reading.decisions import AUTO, Decision, Question
from app.analysis.reading.text.tried_encodings import (
    CANDIDATES,
    LEAD,
    PLAUSIBLE,
    UTF8,
    decision,
    decoded,
    example_of,
    question,
    score_of,
)

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LINE = re.compile(rb"[^\r\n]+")
MOST_LINES = 500
# More characters than these are not valid UTF-8 by chance.
MOST_BY_CHANCE = 20
# A few valid sequences of two bytes are in other encodings by chance, but seldom so many.
VALID_PER_BROKEN = 4
BY_CHANCE = "The text is UTF-8, perhaps by chance: in another encoding its letters are more usual."


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
        return decoded(content, chosen), [decision(chosen, "It was chosen.")]
    if content.startswith(UTF16_MARKS):
        return content.decode("utf-16", errors="backslashreplace"), []
    if encoding := utf16_without_mark(content[:65_536]):
        return decoded(content, encoding), [decision(encoding, "Every second byte is NUL.")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_other(content)
    is_certain = text.isascii() or content.startswith(codecs.BOM_UTF8)
    return text, [] if is_certain else doubts_of_utf8(lines_beyond_ascii(content))


def doubts_of_utf8(lines: list[bytes]) -> list[Decision | Question]:
    """A question if lines that are valid UTF-8 look like those of another encoding.

    A few Chinese characters in GBK can be valid UTF-8 by chance, and are odd letters then.
    """
    example = b"\n".join(lines)
    high = [character for character in example.decode("utf-8", "ignore") if character > "\x7f"]
    if len(high) > MOST_BY_CHANCE or any(character > "\u07ff" for character in high):
        return []
    own = score_of(lines, UTF8)
    scores = {name: score_of(lines, name) for name in CANDIDATES}
    others = [name for name in CANDIDATES if scores[name] >= max(PLAUSIBLE, own + LEAD)]
    if own >= PLAUSIBLE or not others:
        return []
    return [question(example_of(lines), [UTF8, *others], BY_CHANCE)]


def lines_beyond_ascii(content: bytes | mmap) -> list[bytes]:
    """The first different lines with a byte beyond ASCII."""
    lines = (found.group() for found in LINE.finditer(content))
    found = (line for line in lines if not line.isascii())
    return list(dict.fromkeys(islice(found, MOST_LINES)))


def _decode_other(content: bytes) -> tuple[str, list[Decision | Question]]:
    """Decode text that is not UTF-8 throughout."""
    escaped = content.decode("utf-8-sig", errors="surrogateescape")
    broken = sum("\udc80" <= character <= "\udcff" for character in escaped)
    valid = sum(character > "\x7f" for character in escaped) - broken
    if valid >= VALID_PER_BROKEN * broken:
        why = f"{broken:,} of its bytes are broken and read as \\x with their number."
        return decoded(content, UTF8), [decision(UTF8, why, is_noted=True)]
    # What tells encodings apart takes long to import, and nearly all tables are UTF-8.
    from app.analysis.reading.text.guessed_encoding import guessed_encoding

    encoding, found = guessed_encoding(lines_beyond_ascii(content))
    return decoded(content, encoding), [found]
