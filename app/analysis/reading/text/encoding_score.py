"""Score how much decoded text looks like the names of samples and lipids that people write.

A wrong encoding gives letters that no language puts beside each other: the Japanese for brain, read
as Windows-1252, is a closing quote with a bracket. So each character beyond ASCII is judged by what
it is and by its neighbours, as in the detectors of browsers.
"""

# Letters of the languages of Western Europe; others of their encodings are rare.
COMMON_LETTERS = frozenset("äöüßéèêëàâáãçñíìîïóòôõúùûåæøœ" + "ÄÖÜÉÈÀÂÅÆØÇÑÁÍÓÚ")
RARER_LETTERS = frozenset("ìòùëïîûãõœåæø")
COMMON_SIGNS = frozenset("µ°²³±·«»“”„‘’–—…§®©€\u00a0½¼¾×¹ªº¿¡")  # noqa: RUF001 - what people write
KANA = ("\u3041", "\u30ff")
HANGUL = ("\uac00", "\ud7a3")
HALF_WIDTH = ("\uff61", "\uff9f")
FULL_WIDTH = ("\uff01", "\uff5e")
CYRILLIC = ("\u0410", "\u044f")
GREEK, LATIN = ("\u0391", "\u03c9"), ("\u00a0", "\u017f")
IDEOGRAPHS = ("\u4e00", "\u9fff")
OF_ASIA = (IDEOGRAPHS, KANA, FULL_WIDTH, HANGUL)
# The rows of the frequent characters: level 1 of JIS X 0208, Big5 and GB 2312.
FREQUENT = {
    "cp932": ("cp932", b"\x88\x9f", b"\x98\x72"),
    "euc-jp": ("euc-jp", b"\xb0\xa1", b"\xcf\xd3"),
    "big5": ("big5", b"\xa4\x40", b"\xc6\x7e"),
}
FREQUENT_OF_CHINA = ("gb2312", b"\xb0\xa1", b"\xd7\xf9")
# The last of the usual letters of CP850; those after it are rarer than in other encodings.
LETTERS_OF_CP850 = b"\xa5"
LIKELY, FAIRLY_LIKELY, POSSIBLE, UNLIKELY = 1.0, 0.8, 0.5, 0.1


def score(text: str, encoding: str) -> float:
    """The mean plausibility (0 to 1) of the characters beyond ASCII, weighted by their bytes."""
    weights = [
        (_plausibility(text, place, encoding), 2 if character > "\u2fff" else 1)
        for place, character in enumerate(text)
        if character > "\x7f"
    ]
    total = sum(size for _, size in weights)
    return sum(weight * size for weight, size in weights) / total if total else LIKELY


def _plausibility(text: str, place: int, encoding: str) -> float:
    character = text[place]
    before = text[place - 1] if place else " "
    after = text[place + 1] if place + 1 < len(text) else " "
    if any(_is_in(character, each) for each in OF_ASIA):
        return _plausibility_in_asia(character, before, encoding)
    if _is_in(character, CYRILLIC):
        neighbours = [each for each in (before, after) if each.isalpha()]
        is_word = bool(neighbours) and all(_is_in(each, CYRILLIC) for each in neighbours)
        return LIKELY if is_word and not (before.islower() and character.isupper()) else UNLIKELY
    if encoding == "utf-8" and _is_of_utf8(character):
        return LIKELY
    if encoding == "cp850" and character.encode("cp850") > LETTERS_OF_CP850:
        return POSSIBLE if character.isalpha() else UNLIKELY
    if character.isalpha() and not _is_in(character, HALF_WIDTH):
        return _plausibility_in_word(character, before, after)
    is_inside = before.isalpha() and after.isalpha()
    return POSSIBLE + 0.3 if character in COMMON_SIGNS and not is_inside else UNLIKELY


def _plausibility_in_asia(character: str, before: str, encoding: str) -> float:
    """Ideographs are likely if they are frequent, kana in the encodings of Japanese."""
    if _is_in(character, IDEOGRAPHS):
        if not _is_frequent(character, encoding):
            return UNLIKELY
        return POSSIBLE if "a" <= before <= "z" else LIKELY  # as in coraz\u6eb6, once coraz\xf3n
    if _is_in(character, KANA):
        return LIKELY if encoding in ("cp932", "euc-jp", "utf-8") else UNLIKELY
    return LIKELY


def _plausibility_in_word(character: str, before: str, after: str) -> float:
    """Letters beyond ASCII stand among plain letters, and capitals begin a word."""
    if character not in COMMON_LETTERS:
        return POSSIBLE if character in "µªºšžÿýþð" else UNLIKELY
    if character.isupper() and before.islower():
        return UNLIKELY
    likely = FAIRLY_LIKELY if character in RARER_LETTERS else LIKELY
    is_among_letters = any(each.isascii() and each.isalpha() for each in (before, after))
    return likely if is_among_letters else 0.3


def _is_of_utf8(character: str) -> bool:
    """Letters and signs of Europe: UTF-8 has them all, in text of any language."""
    return _is_in(character, LATIN) or _is_in(character, GREEK)


def _is_in(character: str, bounds: tuple[str, str]) -> bool:
    return bounds[0] <= character <= bounds[1]


def _is_frequent(character: str, encoding: str) -> bool:
    name, first, last = FREQUENT.get(encoding, FREQUENT_OF_CHINA)
    try:
        return encoding != "euc-kr" and first <= character.encode(name) <= last
    except UnicodeEncodeError:
        return False
