"""Which characters are usual in the names of samples of a language, where an encoding leaves two.

The bytes of Chinese, Japanese and Korean text, and those of two Cyrillic encodings, can be valid in
each other. The characters of words such as brain, control or blank tell them apart.
"""

import re

# Brain, liver, kidney, serum, tissue, control, blank, standard, patient, model, dose and the like.
SIMPLIFIED = (
    "脑肝肾心肺脾血清浆组织细胞对照空白样品标准质控正常模型给药大小鼠人皮层海马患者实验处理混合溶剂重复第天周"
    "年龄男女前后高中低剂量神经节苷脂野生敲除健康疾病肿瘤"
)
TRADITIONAL = (
    "腦肝腎心肺脾血清漿組織細胞對照空白樣品標準質控正常模型給藥大小鼠人皮層海馬患者實驗處理混合溶劑重複第天週"
    "年齡男女前後高中低劑量神經節苷脂野生敲除健康疾病腫瘤"
)
JAPANESE = (
    "脳肝臓腎心肺脾血清漿組織細胞対照試料標準品質管理正常患者群処理混合溶媒大小皮質海馬検体高中低用量男女前後"
    "健常野生型空試験投与日週齢疾患腫瘍人"
)
KOREAN = (
    "뇌간신장심폐비혈청조직세포대조군공백시료표준정상환자실험처리"
    "혼합용매쥐고중저량남녀전후샘플블랭크마우스랫드질암"
)
# Beginnings of words; single letters are too alike.
RUSSIAN = (
    "мозг|контр|печен|сывор|крыс|мыш|проб|холост|стандарт|образ|ткан|норм|опыт|здоров|групп|кров"
    "|плазм|поч[ек]|сердц|день|доз|клет|лечен|больн|пациент|кор[аы]|смес|животн"
)
WORD_OF_RUSSIAN = re.compile(rf"(?:{RUSSIAN})\w*")
KANA = ("\u3041", "\u30ff")
USUAL = {
    "gb18030": frozenset(SIMPLIFIED),
    "big5": frozenset(TRADITIONAL),
    "cp932": frozenset(JAPANESE),
    "euc-jp": frozenset(JAPANESE),
    "euc-kr": frozenset(KOREAN),
}
OF_JAPANESE, OF_RUSSIAN = ("cp932", "euc-jp"), ("cp1251", "koi8-r")


def usual_share(text: str, encoding: str) -> float:
    """The share (0 to 1) of the characters beyond ASCII that are usual in a language."""
    found = _beyond_ascii(text)
    if encoding in OF_RUSSIAN:
        usual = _beyond_ascii(" ".join(WORD_OF_RUSSIAN.findall(text.casefold())))
    else:
        known = USUAL.get(encoding, frozenset())
        usual = [each for each in found if each in known or _is_kana(each, encoding)]
    return len(usual) / len(found) if found else 0.0


def _beyond_ascii(text: str) -> list[str]:
    return [character for character in text if character > "\x7f"]


def _is_kana(character: str, encoding: str) -> bool:
    return encoding in OF_JAPANESE and KANA[0] <= character <= KANA[1]
