"""The role of a sample: sample, blank, QC or standard.

Programs write it in a column or in a line above the header (MS-DIAL's ``File type``, Skyline's
``Sample Type``, ``Unknown Sample`` of TraceFinder, ``QC``, ``Solvent``, ``Double Blank``). Without
one, a telling name such as ``Blank_01`` or ``QC3`` gives it, which the preview says.
"""

import re
from functools import lru_cache

from app.analysis.names.cells.evidence_levels import fold_text

SAMPLE, BLANK, QC, STANDARD = "sample", "blank", "qc", "standard"
SAMPLE_ROLES = (SAMPLE, BLANK, QC, STANDARD)

_WORDS = {
    SAMPLE: (
        *("sample", "unknown", "unk", "unknownsample", "specimen", "biological", "study"),
        *("studysample", "experimental", "experimentalsample", "analyte", "样品", "样本", "試料"),
    ),
    BLANK: (
        *("blank", "solvent", "doubleblank", "matrixblank", "procedureblank", "processblank"),
        *("solventblank", "proceduralblank", "extractionblank", "methodblank", "reagentblank"),
        *("zeroblank", "blk", "matrixzero", "background", "blind", "leerwert", "blanc", "blanco"),
        *("blankis", "blankwithis", "zero", "zerosample", "carryover", "leerprobe", "空白"),
        *("ブランク", "블랭크"),
    ),
    QC: (
        *("qc", "qualitycontrol", "pooledqc", "qcpool", "pool", "pooled", "qcstandard", "pqc"),
        *("qccheck", "control", "sysqc", "ltr", "dqc", "qcsample"),
        *(
            "qclow",
            "qcmid",
            "qcmedium",
            "qchigh",
            "lqc",
            "mqc",
            "hqc",
            "iqc",
            "pbqc",
            "质控",
            "質控",
        ),
    ),
    STANDARD: (
        *("standard", "std", "calibration", "calibrator", "cal", "stdbracket", "standardbracket"),
        *("cc", "concal", "calibrationstandard", "tunecheck", "istd", "stdbracketsample"),
        *("sst", "systemsuitability", "referencematerial", "srm", "标准品", "標準", "標準品"),
    ),
}
_ROLE_OF = {word: role for role, words in _WORDS.items() for word in words}
# Words that tell the role in the name of a sample, standing apart from other letters; Chinese and
# Japanese words need no mark between them.
_TELLING = (
    (
        BLANK,
        re.compile(
            r"(?<![a-z])(?:[a-z]*blanks?|[a-z]?blk|solvent|leerwert|leerprobe|nullprobe|blindwert"
            r"|blindprobe|lösungsmittel|blancs?|blanco)(?![a-z])|空白|ブランク|블랭크|холост"
        ),
    ),
    (
        QC,
        re.compile(
            r"(?<![a-z])(?:(?:pb|sys|[bcdhilmpt])?qcs?|pooled[ _-]?qc|qcpool"
            r"|quality[ _-]?controls?)(?![a-z])|质控|質控"
        ),
    ),
    (
        STANDARD,
        re.compile(
            r"(?<![a-z])(?:std|stds|standards?|calibrators?|calibration|cal[ _-]?(?=\d)|sst|nist"
            r"|srm[ _-]?(?=\d)|sys(?:tem)?[ _-]?suit(?:ability)?|[ul]loq)(?![a-z])|标准|標準"
        ),
    ),
)
# Words that can stand in the name of a real sample too, such as MeOH_extract, and a number.
_WHOLE = (
    (
        BLANK,
        re.compile(
            r"(?:meoh|methanol|acn|acetonitrile|ipa|isopropanol|water|wasser|h2o|mobile[ _-]?phase"
            r"|background)[ _-]?\d*"
        ),
    ),
    (QC, re.compile(r"(?:pool(?:ed)?|ltr)[ _-]?\d*")),
)
_FILE_ENDING = re.compile(r"\.(?:raw|d|wiff2?|mzml|mzxml|lcd|cdf)$")


@lru_cache(10_000)
def sample_role(text: str) -> str | None:
    """The role that a cell such as ``Unknown Sample`` or ``Double Blank`` gives; None if none."""
    return _ROLE_OF.get(fold_text(text).rstrip("s")) or _ROLE_OF.get(fold_text(text))


@lru_cache(10_000)
def role_by_name(sample: str) -> str | None:
    """The role that a sample's name tells, such as ``blank`` for ``Blank_01``; None if none."""
    name = _FILE_ENDING.sub("", sample.lower())
    by_word = (role for role, word in _TELLING if word.search(name))
    return next(by_word, next((role for role, word in _WHOLE if word.fullmatch(name)), None))
