"""The roles of the columns of a peak table, and the headers that each role is known by."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from app.analysis.errors import PeakTableError
from app.analysis.reading.headers.area_headers import split_area_unit
from app.analysis.reading.headers.time_words import is_corrected, is_measured, split_unit

Headers = Mapping[str, tuple[str, ...]]

# They stand for areas where there are none; MassHunter calls its areas Resp.
SIGNALS = ("signal", "response", "resp")
HEIGHTS = ("height", "peakheight", "höhe", "peakhöhe", "hauteur", "altura", "高さ", "峰高")
INTENSITIES = (
    *("intensity", "abundance", "peakintensity", "maxintensity", "intensität", "intensité"),
    *("intensidad", "intensità", "強度", "ピーク強度", "强度", "峰强度"),
)
RELATIVE = ("normalizedarea", "normalisedarea", "relativearea", "normarea")
STAND_INS = (*RELATIVE, *INTENSITIES, *SIGNALS, *HEIGHTS)
# The headers of each role, compared without case, spaces and punctuation. The first one that the
# table has is taken.
RECOGNISED: Headers = {
    "name": (
        *("name", "species", "lipid", "ganglioside", "compound", "annotation"),
        *("compoundname", "lipidname", "speciesname", "gangliosidename", "lipidspecies"),
        *("substanz", "verbindung", "komponente", "bezeichnung", "composé", "compuesto"),
        *("composto", "sostanza", "化合物", "化合物名", "化合物名称", "化合物名稱"),
        *("sumcomposition", "chains", "chain", "ceramide", "ceramidecomposition", "acylchain"),
    ),
    "rt": (
        *("rt", "rtmed", "rtmedian", "medianrt", "medrt", "rtmean", "meanrt", "averagert"),
        *(
            "tr",
            "rtime",
            "rttime",
            "elutiontime",
            "apextime",
            "peaktime",
            "retention",
            "timemin",
            "timesec",
        ),
        *("rtmin", "rtminutes", "retentiontime", "retentiontimemin", "retentiontimeminutes"),
        *("apexrt", "apexrtmin", "rtapex", "rettime", "retentionszeit"),
        *("observedrt", "measuredrt", "actualrt"),
        *("tempsderétention", "tempsderetention", "tiempoderetención", "tiempoderetencion"),
        *("tempodiritenzione", "tempoderetenção", "tempoderetencao", "retentietijd"),
        *("保持時間", "リテンションタイム", "保留时间", "保留時間", "出峰时间", "滞留時間"),
        *("времяудерживания", "머무름시간", "retzeit", "tret", "tpsrétention", "tempsrétention"),
        *("czasretencji", "retentionstid", "retensjonstid", "retentioaika", "retenčníčas"),
        "retenciósidő",
    ),
    "volume": (
        *("volume", "area", "peakarea", "peakvolume", "volumeau", "areaau", "peakareaau"),
        *("peakvolumeau", "vol", "integral", "peakintegral"),
        *("fläche", "peakfläche", "flächeninhalt", "aire", "airedupic", "área", "áreadelpico"),
        *("areadelpicco", "surface", "flächeneinheiten", "面積", "面积", "峰面积", "峰面積"),
        *("ピーク面積", "エリア", "площадь", "площадьпика", "면적", "피크면적"),
        *("powierzchnia", "powierzchniapiku", "polepowierzchni", "polepiku", "piekoppervlak"),
        *("toppareal", "topparea", "plochapíku", "csúcsterület"),
        *("auc", "rawarea", "totalarea", "into", "integratedarea", "correctedarea"),
        *STAND_INS,
    ),
    "log_p": ("logp", "clogp", "xlogp", "alogp"),
    "anchor": (
        *("anchor", "isanchor", "anchortf", "anchors", "anker", "ancre", "ancla", "ancora"),
        *("âncora", "アンカー", "锚点"),
    ),
    "sample": (
        *("sample", "samplename", "sampleid", "sheet", "probe", "probenname", "échantillon"),
        *("muestra", "campione", "amostra", "試料", "試料名", "样品", "样品名称", "サンプル"),
        *("próbka", "образец", "проба", "样品名", "样本", "样本名称", "시료", "시료명"),
        *("monster", "prov", "prøve", "vzorek", "minta"),
        *("datafile", "filename", "rawfile", "rawfilename", "file", "injectionname"),
    ),
    "sample_role": ("samplerole", "sampletype", "filetype"),
    "mz": ("mz", "precursormz"),
    "adduct": ("adduct", "adducttype", "precursoradduct"),
    "charge": ("charge", "chargestate", "precursorcharge", "z"),
    "isotope_label": (
        *("isotopelabel", "isotopelabeltype", "isotope", "isotopologue", "isotopologues"),
        *("isotopomer", "isotopicpeak", "isotopepeak", "isotopenumber", "isotopeindex"),
    ),
    "evidence": ("evidence", "evidencelevel", "annotationlevel", "identificationlevel"),
}
# The roles whose cells are passed on as the table writes them.
AS_WRITTEN = ("sample_role", "charge", "isotope_label", "evidence")
NEEDED = {"name": "Name", "rt": "RT", "volume": "Volume"}
MOST_LISTED, LONGEST_LISTED = 30, 60
# Each header is compared with the headers of every program, so what was folded is remembered.
KEPT_HEADERS = 16_384
NUMBERS = ("rt", "volume", "log_p", "mz")
# What a person chooses as the column of areas of a table that has none.
NO_AREAS = "none"
# How a repeated header is named here, by pandas and R, and by Polars.
REPEAT = re.compile(r"(?: \(\d{1,4}\)|\.\d{1,4}|_duplicated_\d{1,4})$")
# Headers that say the same.
SYNONYMS = (
    frozenset(
        ("rt", "tr", "rtime", "rettime", "retentiontime", "retention", "retentionszeit", "rtmin")
    ),
    frozenset(("area", "peakarea", "volume", "peakvolume")),
)


def known_columns(header: Sequence[str], names: Headers = RECOGNISED) -> dict[str, str]:
    """The header of each role that the table has under one of its known names."""
    if "rtmax" in map(fold, header):  # then rtmin is the other bound, not a time in minutes
        header = [name for name in header if fold(name) != "rtmin"]
    folded = {fold(name): name for name in reversed(header)}
    without_unit = {
        "rt": {fold(split_unit(name)[0]): name for name in reversed(header)},
        "volume": {fold(split_area_unit(name, header)[0]): name for name in reversed(header)},
    }
    found = {}
    for role, known in names.items():
        maps = (folded, without_unit.get(role, {}))
        headers = [each[name] for each in maps for name in known if name in each]
        if headers:
            found[role] = headers[0]
    measured = [name for name in header if is_measured(name)]
    if names is RECOGNISED and "rt" not in found and len(measured) == 1:
        found["rt"] = measured[0]
    return found


def rival_headers(header: Sequence[str], role: str, own: str, *, with_synonyms: bool) -> list[str]:
    """The other headers that say the same as the one of a role: its repeats, and its synonyms."""
    has_bounds = "rtmax" in map(fold, header)  # then rtmin is the other bound
    wanted = frozenset((bare(own, role),))
    if with_synonyms:
        wanted = next((same for same in SYNONYMS if wanted <= same), wanted)
    return [
        name
        for name in header
        if name != own
        and (
            bare(REPEAT.sub("", name), role) in wanted
            or (with_synonyms and role == "rt" and is_corrected(name))
        )
        and not (has_bounds and fold(name) == "rtmin")
    ]


def bare(header: str, role: str) -> str:
    """A header as it is compared, without its unit."""
    if role == "rt":
        return fold(split_unit(header)[0])
    return fold(split_area_unit(header)[0] if role == "volume" else header)


def check_mapping(header: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Refuse a mapping (role to header, empty for none) with unknown roles or columns.

    Raises:
        PeakTableError: a role or a column does not exist.
    """
    unknown = sorted(set(mapping) - set(RECOGNISED))
    if unknown:
        raise PeakTableError(
            f"The mapping names {', '.join(unknown)}; a peak table has {', '.join(RECOGNISED)}."
        )
    given = {name for role, name in mapping.items() if (role, name) != ("volume", NO_AREAS)}
    absent = sorted(given - {*header, ""})
    if absent:
        raise PeakTableError(
            f"The mapping names columns the table lacks: {quoted_list(absent)}. "
            f"It has: {quoted_list(header)}."
        )


def quoted_list(header: Sequence[str]) -> str:
    """The columns as a list for a sentence, shortened if they are many or long."""
    names = ", ".join(repr(name[:LONGEST_LISTED]) for name in header[:MOST_LISTED])
    more = len(header) - MOST_LISTED
    return f"{names} and {more:,} more" if more > 0 else names or "nothing"


@lru_cache(KEPT_HEADERS)
def fold(header: str) -> str:
    """A header as it is compared: its letters, in lower case, digits, and % for a share."""
    plain = unicodedata.normalize("NFKC", header).casefold()
    return "".join(character for character in plain if character.isalnum() or character == "%")
