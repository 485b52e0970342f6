r"""Decide the encoding of a table of text: by its mark, by UTF-8's rules, by its letters, or ask.

Bytes that an encoding does not have are kept as ``\x81``, so that two names which differ in them
stay two.
"""

import codecs
import re
from itertools import islice
from mmap import mmap

from app.analysis.reading.decisions import AUTO, Answer, Decision, Question
from app.analysis.reading.text.encoding_score import score
from app.analysis.reading.text.usual_characters import usual_share

UTF8 = "utf-8"
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# The encodings that programs for lipids write besides UTF-8, the most frequent first.
CANDIDATES = (
    *("cp1252", "mac-roman", "cp932", "gb18030", "cp1251"),
    *("cp850", "koi8-r", "euc-jp", "big5", "euc-kr"),
)
TITLES = {
    UTF8: "Unicode (UTF-8)",
    "cp1252": "Western (Windows-1252)",
    "mac-roman": "Western (Mac Roman)",
    "cp932": "Japanese (CP932)",
    "gb18030": "Chinese (GBK, GB 18030)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp850": "Western (DOS, CP850)",
    "koi8-r": "Cyrillic (KOI8-R)",
    "euc-jp": "Japanese (EUC-JP)",
    "big5": "Chinese, traditional (Big5)",
    "euc-kr": "Korean (EUC-KR)",
}
HIGH_BYTE = re.compile(rb"[\x80-\xff]")
LINE = re.compile(rb"[^\r\n]+")
MOST_LINES = 500
# More characters than these are not valid UTF-8 by chance.
MOST_BY_CHANCE = 20
BY_CHANCE = "The text is UTF-8, perhaps by chance: in another encoding its letters are more usual."
UNKNOWN = "The text is not UTF-8, and its letters do not tell which encoding it has."
# A text whose characters beyond ASCII are this plausible, and this much more than otherwise.
PLAUSIBLE, LEAD = 0.6, 0.2
# A few valid sequences of two bytes are in other encodings by chance, but seldom so many.
VALID_PER_BROKEN = 4
LONGEST_EXAMPLE = 40
# Of the characters of an encoding this share is usual in names of samples, this much more than in
# those of another that is as plausible.
USUAL, LEAD_OF_USUAL = 0.6, 0.3
# An encoding that is less plausible than the best by more is not asked about.
LEAD_OF_ASKED, FEWEST_ASKED = 0.6, 5


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
    own = _score(lines, UTF8)
    scores = {name: _score(lines, name) for name in CANDIDATES}
    others = [name for name in CANDIDATES if scores[name] >= max(PLAUSIBLE, own + LEAD)]
    if own >= PLAUSIBLE or not others:
        return []
    return [_question(_example(lines), [UTF8, *others], BY_CHANCE)]


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
        return _decode(content, UTF8), [_decision(UTF8, why, is_noted=True)]
    lines = lines_beyond_ascii(content)
    scores = {name: _score(lines, name) for name in CANDIDATES}
    ranked = sorted(CANDIDATES, key=lambda name: -scores[name])
    best, example = ranked[0], _example(lines)
    rivals = [name for name in ranked[1:] if _decode(example, name) != _decode(example, best)]
    second = max((scores[name] for name in rivals), default=0.0)
    if scores[best] >= PLAUSIBLE > second and scores[best] - second >= LEAD:
        why = (
            f"So {_shown(example, best)!r} is read. {scores[best]:.0%} of its letters are usual "
            f"so, {second:.0%} in the next encoding."
        )
        return _decode(content, best), [_decision(best, why, is_noted=best != "cp1252")]
    usual = {name: _usual_share(lines, name) for name in ranked if scores[name] >= PLAUSIBLE}
    if by_words := _by_usual_characters(usual, example):
        why = (
            f"So {_shown(example, by_words)!r} is read. {usual[by_words]:.0%} of its characters "
            "are usual in names of samples."
        )
        return _decode(content, by_words), [_decision(by_words, why, is_noted=True)]
    possible = [
        name for name in ranked if scores[name] > 0 and scores[name] >= scores[best] - LEAD_OF_ASKED
    ]
    asked = max(len(possible), FEWEST_ASKED)
    return _decode(content, best), [_question(example, ranked[:asked], UNKNOWN)]


def _by_usual_characters(usual: dict[str, float], example: bytes) -> str | None:
    """The encoding in which a text has usual characters, if it has far fewer in each other one."""
    if not usual:
        return None
    best = max(usual, key=lambda name: usual[name])
    rivals = [name for name in usual if _decode(example, name) != _decode(example, best)]
    second = max((usual[name] for name in rivals), default=0.0)
    is_sure = usual[best] >= USUAL and usual[best] - second >= LEAD_OF_USUAL
    return best if is_sure else None


def _usual_share(lines: list[bytes], encoding: str) -> float:
    return usual_share("\n".join(_decode(line, encoding) for line in lines), encoding)


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


def _question(example: bytes, ranked: list[str], sentence: str) -> Question:
    return Question(
        subject="encoding",
        sentence=sentence,
        answers=tuple(
            Answer(value=name, meaning=f"{_shown(example, name)}, {TITLES[name]}")
            for name in ranked
        ),
    )
