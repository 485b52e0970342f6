"""The same table in any encoding has the same samples, or a question: never other names."""

import codecs
import tracemalloc
from pathlib import Path

import pytest

from app.analysis.reading.decisions import Decision, Question, ReadingChoices, UndecidedError
from app.analysis.reading.open_questions import open_questions
from app.analysis.reading.peak_table import read_peak_table
from app.analysis.reading.preview import preview
from app.analysis.reading.text.text_encoding import MOST_LINES, decode_table, lines_beyond_ascii

HEADER = "Name,RT,Volume,Sample\n"
GERMAN, FRENCH = ("Gehirn für Müller", "Körper groß"), ("témoin âgé", "échantillon reçu")
JAPANESE, CHINESE = ("脳試料", "肝臓サンプル"), ("大脑样品", "肝脏样品")
RUSSIAN_HEADER = "Соединение,Время удерживания (мин),Площадь пика"
WESTERN = ["cp1252", "mac-roman"]
MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


def table_of(samples: tuple[str, ...]) -> str:
    rows = [f"GM{3 - 2 * (n % 2)}(36:1;O2),1{n}.5,1{n}00,{name}" for n, name in enumerate(samples)]
    return HEADER + "\n".join(rows) + "\n"


def samples_in(path: Path, content: bytes, choices: ReadingChoices | None = None) -> list[str]:
    path.write_bytes(content)
    return read_peak_table(path, choices=choices or ReadingChoices())["sample"].to_list()


@pytest.mark.parametrize(
    ("samples", "encoding"),
    [(samples, each) for samples in (GERMAN, FRENCH) for each in UNICODE + WESTERN]
    + [(JAPANESE, each) for each in [*UNICODE, "cp932"]]
    + [(CHINESE, each) for each in [*UNICODE, "gb18030"]],
)
def test_samples_keep_their_names_in_every_encoding(
    tmp_path: Path, samples: tuple[str, ...], encoding: str
) -> None:
    content = table_of(samples).encode(encoding)
    try:
        assert samples_in(tmp_path / "peaks.csv", content) == list(samples)
    except UndecidedError as error:
        (question,) = error.questions
        assert question.subject == "encoding"
        assert encoding in [each.value for each in question.answers]


@pytest.mark.parametrize(
    ("samples", "encoding"), [(GERMAN, "cp1252"), (JAPANESE, "cp932"), (FRENCH, "mac-roman")]
)
def test_telling_letters_decide_without_a_question(
    tmp_path: Path, samples: tuple[str, ...], encoding: str
) -> None:
    content = table_of(samples).encode(encoding)
    assert samples_in(tmp_path / "peaks.csv", content) == list(samples)


def test_a_chosen_encoding_is_used(tmp_path: Path) -> None:
    content = table_of(("\u043c\u043e\u0437\u0433",)).encode("cp1251")
    chosen = ReadingChoices(encoding="cp1251")
    assert samples_in(tmp_path / "peaks.csv", content, chosen) == ["\u043c\u043e\u0437\u0433"]


def test_names_that_differ_in_a_broken_byte_stay_two(tmp_path: Path) -> None:
    plain = table_of(("gro\xdf für Müller süß Öl", "AxB", "AyB")).encode()
    broken = plain.replace(b"AxB", b"A\xffB").replace(b"AyB", b"A\xfeB")
    found = samples_in(tmp_path / "peaks.csv", broken, ReadingChoices(encoding="utf-8"))
    assert found[1:] == ["A\\xffB", "A\\xfeB"]


def test_an_invisible_character_makes_no_second_sample(tmp_path: Path) -> None:
    content = table_of(("brain", "brain\u200b", "\ufeffbrain")).encode()
    assert set(samples_in(tmp_path / "peaks.csv", content)) == {"brain"}


@pytest.mark.parametrize("samples", [GERMAN, FRENCH, JAPANESE, CHINESE])
def test_utf16_is_read_with_and_without_its_mark(tmp_path: Path, samples: tuple[str, ...]) -> None:
    for encoding, mark in MARKS.items():
        content = table_of(samples).encode(encoding)
        assert samples_in(tmp_path / "peaks.csv", content) == list(samples)
        assert samples_in(tmp_path / "peaks.csv", mark + content) == list(samples)


@pytest.mark.parametrize(
    ("sample", "encoding"),
    [
        *((sample, "cp932") for sample in ("脳1", "肝1", "ロ1", "対照群", "コントロール", "小脳")),
        *((sample, "gb18030") for sample in ("大脑", "对照组", "处理组", "脑1", "肝1", "肾1")),
        *((each, name) for each in ("Großhirn", "contrôle", "Öl", "été") for name in WESTERN),
    ],
)
def test_a_single_name_is_read_right_or_asked_about(
    tmp_path: Path, sample: str, encoding: str
) -> None:
    path, samples = tmp_path / "peaks.csv", (sample, "brain")
    content = table_of(samples).encode(encoding)
    try:
        assert samples_in(path, content) == list(samples)
    except UndecidedError as error:
        (question,) = error.questions
        meanings = {each.value: each.meaning for each in question.answers}
        assert sample in meanings[encoding]
    assert samples_in(path, content, ReadingChoices(encoding=encoding)) == list(samples)


# Names of samples, each in encodings that their bytes do not tell from others.
WORDS = {
    ("gb18030",): ("大脑样品", "对照组", "血清", "李明", "王小红", "溪流"),
    ("big5",): ("大腦樣品", "對照組", "血清", "陳先生", "肝臟"),
    ("cp932", "euc-jp"): ("脳試料", "肝臓サンプル", "対照群", "血清", "田中さん", "脳1"),
    ("euc-kr",): ("뇌 시료", "대조군", "혈청", "김철수", "샘플"),
    ("cp1251", "koi8-r"): ("мозг", "контроль", "печень", "ПЕЧЕНЬ", "холостая проба"),
    ("cp850",): ("Gehirn für Müller", "Kontrollmäuse", "témoin âgé", "Máximo", "hígado"),
    ("cp1252", "mac-roman"): ("Máximo", "corazón", "contrôle", "Nährlösung"),
}


@pytest.mark.parametrize(
    ("sample", "encoding"),
    [(word, each) for names, words in WORDS.items() for each in names for word in words],
)
def test_a_name_is_never_silently_another_one(sample: str, encoding: str) -> None:
    text = table_of((sample, "brain"))
    found, (decided,) = decode_table(text.encode(encoding))
    if isinstance(decided, Question):
        assert encoding in [each.value for each in decided.answers]
    else:
        assert found == text


@pytest.mark.parametrize(
    ("samples", "encoding"),
    [
        (("대조군", "혈청 1"), "euc-kr"),
        (("對照組", "血清 1"), "big5"),
        (("対照群", "血清サンプル"), "euc-jp"),
        (("контроль", "печень"), "koi8-r"),
        (("контроль", "печень"), "cp1251"),
        (("Gehirn für Müller", "brain"), "cp850"),
    ],
)
def test_usual_names_decide_an_encoding(samples: tuple[str, ...], encoding: str) -> None:
    text = table_of(samples)
    found, (decided,) = decode_table(text.encode(encoding))
    assert found == text
    assert isinstance(decided, Decision)
    assert decided.value == encoding


def test_letters_of_no_known_encoding_leave_a_choice() -> None:
    _, (question,) = decode_table(table_of(("A\xff\xfe\xfd", "brain")).encode("latin-1"))
    assert isinstance(question, Question)
    assert len(question.answers) > 1


@pytest.mark.parametrize("sample", ["一", "医", "英"])
def test_chinese_that_is_utf8_by_chance_is_asked_about(tmp_path: Path, sample: str) -> None:
    path, content = tmp_path / "peaks.csv", table_of((sample, "brain")).encode("gb18030")
    content.decode("utf-8")
    with pytest.raises(UndecidedError) as asked:
        samples_in(path, content)
    (question,) = asked.value.questions
    assert {"utf-8", "gb18030"} <= {each.value for each in question.answers}
    assert samples_in(path, content, ReadingChoices(encoding="gb18030"))[0] == sample
    assert samples_in(path, content, ReadingChoices(encoding="utf-8"))[0] != sample


@pytest.mark.parametrize(
    "sample",
    [
        *("é1", "ü", "5 µm", "GQ1b\N{GREEK SMALL LETTER ALPHA}", "żółty", "мозг", "naïve", "脳"),
        *(
            "\N{MINUS SIGN}80 °C",
            "\N{LATIN SMALL LETTER DOTLESS I}\N{LATIN SMALL LETTER G WITH BREVE}",
        ),
    ],
)
def test_usual_utf8_is_not_asked_about(tmp_path: Path, sample: str) -> None:
    content = table_of((sample, "brain")).encode()
    assert samples_in(tmp_path / "peaks.csv", content) == [sample, "brain"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_beyond_ascii_are_found_without_a_copy_of_the_file(end: bytes) -> None:
    usual, odd = (b"x" * 60 + end) * 50_000, [b"\xe9 %d" % n for n in range(MOST_LINES + 5)]
    content = end.join((usual, end * 3, odd[0], *odd, usual))
    tracemalloc.start()
    found = lines_beyond_ascii(content)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found[:3] == odd[:3]
    assert len(found) == MOST_LINES - 1  # one of the first lines is a repeat
    assert most < len(content) / 10


def test_the_decision_says_how_sure_it_is(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_bytes(table_of(JAPANESE).encode("cp932"))
    (decision,) = [each for each in preview(path).decisions if each.subject == "encoding"]
    assert "100 % of its letters are usual so" in decision.evidence


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("化合物,保留时间(min),峰面积", "gb18030"),
        ("化合物,保留時間,峰面積", "big5"),
        ("Name,머무름시간(분),피크면적", "euc-kr"),
        *((RUSSIAN_HEADER, each) for each in ("cp1251", "koi8-r")),
    ],
)
def test_headers_that_are_known_decide_without_a_question(
    tmp_path: Path, header: str, encoding: str
) -> None:
    path = tmp_path / "peaks.csv"
    path.write_bytes(f"{header}\nGM3(36:1;O2),10.6,530172\n".encode(encoding))
    assert read_peak_table(path).select("rt_min", "peak_area").rows() == [(10.6, 530172.0)]


def test_one_known_header_does_not_decide(tmp_path: Path) -> None:
    path = tmp_path / "peaks.csv"
    path.write_bytes("峰面积,Name,RT\n5,GM3(36:1;O2),10.6\n".encode("gb18030"))
    assert [each.subject for each in open_questions(path)] == ["encoding"]
