"""The role of a sample: sample, blank, QC or standard.

Programs write it in a column or in a line above the header (MS-DIAL's ``File type``, Skyline's
``Sample Type``, ``Unknown Sample`` of TraceFinder, ``QC``, ``Solvent``, ``Double Blank``). Without
one, a telling name such as ``Blank_01`` or ``QC3`` gives it, which the preview says.
"""

import re
from functools import lru_cache

from app.analysis.names.evidence_levels import fold_text

SAMPLE, BLANK, QC, STANDARD = "sample", "blank", "qc", "standard"
SAMPLE_ROLES = (SAMPLE, BLANK, QC, STANDARD)

_WORDS = {
    SAMPLE: ("sample", "unknown", "unk", "unknownsample", "specimen", "biological", "study"),
    BLANK: (
        *("blank", "solvent", "doubleblank", "matrixblank", "procedureblank", "processblank"),
        *("solventblank", "proceduralblank", "extractionblank", "methodblank", "reagentblank"),
        *("zeroblank", "blk", "matrixzero", "background", "blind", "leerwert", "blanc", "blanco"),
    ),
    QC: (
        *("qc", "qualitycontrol", "pooledqc", "qcpool", "pool", "pooled", "qcstandard", "pqc"),
        *("qccheck", "control", "sysqc", "ltr", "dqc", "qcsample"),
    ),
    STANDARD: (
        *("standard", "std", "calibration", "calibrator", "cal", "stdbracket", "standardbracket"),
        *("cc", "concal", "calibrationstandard", "tunecheck", "istd", "stdbracketsample"),
    ),
}
_ROLE_OF = {word: role for role, words in _WORDS.items() for word in words}
# Words that tell the role in the name of a sample, standing apart from other letters.
_TELLING = (
    (BLANK, re.compile(r"(?<![a-z])(?:[a-z]*blanks?|blk|solvent)(?![a-z])")),
    (QC, re.compile(r"(?<![a-z])(?:qcs?|pqc|pooledqc|qcpool|quality[ _-]?controls?)(?![a-z])")),
    (STANDARD, re.compile(r"(?<![a-z])(?:std|stds|standards?|calibrators?|calibration)(?![a-z])")),
)


@lru_cache(10_000)
def sample_role(text: str) -> str | None:
    """The role that a cell such as ``Unknown Sample`` or ``Double Blank`` gives; None if none."""
    return _ROLE_OF.get(fold_text(text).rstrip("s")) or _ROLE_OF.get(fold_text(text))


@lru_cache(10_000)
def role_by_name(sample: str) -> str | None:
    """The role that a sample's name tells, such as ``blank`` for ``Blank_01``; None if none."""
    name = sample.lower()
    return next((role for role, word in _TELLING if word.search(name)), None)
