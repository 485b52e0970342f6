"""What an encoding makes of the lines of a text, and how to say which one was taken or is asked."""

import re

from app.analysis.reading.decisions import Answer, Decision, Question
from app.analysis.reading.text.encoding_score import score

UTF8 = "utf-8"
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
# A text whose characters beyond ASCII are this plausible, and this much more than otherwise,
# has an encoding.
PLAUSIBLE, LEAD = 0.6, 0.2
HIGH_BYTE = re.compile(rb"[\x80-\xff]")
LONGEST_EXAMPLE = 40


def score_of(lines: list[bytes], encoding: str) -> float:
    """How plausible (0 to 1) the characters of lines are in an encoding; 0 if it has not all."""
    try:
        return score("\n".join(line.decode(encoding) for line in lines), encoding)
    except UnicodeDecodeError:
        return 0.0


def decoded(content: bytes, encoding: str) -> str:
    """A text without its mark; bytes that the encoding does not have are kept as escapes."""
    text = content.decode(encoding, errors="backslashreplace")
    return text.removeprefix("\ufeff")


def example_of(lines: list[bytes]) -> bytes:
    """The line with the most bytes beyond ASCII."""
    return max(lines, key=lambda line: len(HIGH_BYTE.findall(line)))


def shown(line: bytes, encoding: str) -> str:
    """The cells of a line that have a character beyond ASCII."""
    cells = re.split(r"[,;\t|]", decoded(line, encoding))
    return " ".join(cell.strip() for cell in cells if not cell.isascii())[:LONGEST_EXAMPLE]


def decision(encoding: str, why: str, *, is_noted: bool = False) -> Decision:
    """What to say of an encoding that was taken, and why."""
    return Decision(
        subject="encoding",
        value=encoding,
        evidence=f"The text is read as {TITLES.get(encoding, encoding.upper())}. {why}",
        alternatives=tuple(name for name in (UTF8, *CANDIDATES) if name != encoding),
        is_noted=is_noted,
    )


def question(example: bytes, ranked: list[str], sentence: str) -> Question:
    """A question which of the encodings is right, with what each makes of an example."""
    return Question(
        subject="encoding",
        sentence=sentence,
        answers=tuple(
            Answer(value=name, meaning=f"{shown(example, name)}, {TITLES[name]}") for name in ranked
        ),
    )
