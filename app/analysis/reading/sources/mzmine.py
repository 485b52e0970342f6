"""Feature lists of MZmine, aligned over samples: the older wide CSV and the newer modular one.

The older, of MZmine 2 and for GNPS: ``row ID,row m/z,row retention time``, perhaps ``row identity
(main ID)``, and ``FILE Peak area`` for each file, with ``FILE Peak RT`` on demand (its
ExportRowCommonElement; CCMS-UCSD/GNPS_Workflows, feature-based-molecular-networking/README.md).
The modular CSV, from MZmine 3 on: ``id,rt,mz``, annotations such as
``compound_db_identity:compound_name`` and ``datafile:FILE:area`` with ``datafile:FILE:rt``. Times
are in minutes; a feature that a file lacks has the area 0 or none.
"""

import re

from app.analysis.reading.headers.columns import fold
from app.analysis.reading.sources.source import Above, Header, SampleColumns, Source, sample_columns

OLDER = re.compile(r"(?P<file>.+?)\s+(Peak|Feature) (?P<what>area|RT)", re.IGNORECASE)
MODULAR = re.compile(r"datafile:(?P<file>.+):(?P<what>area|rt)", re.IGNORECASE)


def _is_mzmine(header: Header) -> bool:
    is_older = {"rowmz", "rowretentiontime"} <= {fold(name) for name in header}
    return is_older or any(name.lower().startswith("datafile:") for name in header)


def _samples(header: Header, _above: Above) -> list[SampleColumns]:
    found: dict[str, dict[str, str]] = {"area": {}, "rt": {}}
    for name in header:
        match = MODULAR.fullmatch(name.strip()) or OLDER.fullmatch(name.strip())
        if match:
            found[match["what"].lower()][match["file"]] = name
    return sample_columns(found["area"], found["rt"])


SOURCE = Source(
    title="MZmine",
    is_source=_is_mzmine,
    headers={
        "name": (
            *("rowidentitymainid", "rowidentityallids", "rowcompoundname"),
            *("preferredannotationcompoundname", "lipidannotationslipidannotations"),
            *("compounddbidentitycompoundname", "spectraldbmatchescompoundname"),
        ),
        "rt": ("rowretentiontime", "rt"),
        "mz": ("rowmz", "mz"),
        "adduct": (
            *("preferredannotationadduct", "lipidannotationsionadduct"),
            *("compounddbidentityadduct", "spectraldbmatchesionadduct"),
        ),
    },
    samples=_samples,
    joins_names=True,
    hint="Choose Feature list methods > Export feature list > CSV, with the aligned list, its "
    "annotations, rt and the area of each data file.",
)
