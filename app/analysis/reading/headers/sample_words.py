"""Which headers say that their cells are samples, as ``Mouse`` or ``Run`` do."""

import re
from collections.abc import Sequence

# Words of headers whose cells can be samples, alone or together.
SAMPLES = frozenset(
    (
        *("sample", "samples", "specimen", "replicate", "replicates", "rep", "run", "injection"),
        *("inj", "acquisition", "animal", "mouse", "rat", "pig", "subject", "patient", "donor"),
        *("individual", "participant", "case", "tissue", "organ", "region", "group", "condition"),
        *("treatment", "genotype", "strain", "diet", "dose", "timepoint", "day", "week", "month"),
        *("age", "stage", "visit", "passage", "well"),
        *("clone", "variable", "assay", "culture", "batch", "extraction", "extract", "fraction"),
        *("cohort", "cell", "cells", "line", "vial", "tier", "maus", "gewebe", "gruppe"),
        *("wiederholung", "souris", "tissu", "groupe", "tejido", "grupo", "tessuto", "gruppo"),
        *("組織", "组织", "群", "组"),
    )
)
# Words that make something else of them, such as a sample weight.
OTHERS = frozenset(
    (
        *("type", "role", "weight", "volume", "amount", "mass", "conc", "concentration", "date"),
        *("time", "method", "order", "factor", "dilution", "comment", "note", "class", "count"),
        *("file", "path", "position", "operator"),
    )
)
WORDS = re.compile(r"[^\W\d_]+")


def implied_headers(header: Sequence[str]) -> list[str]:
    """The headers that can name samples by their words."""
    words = {name: {each.casefold() for each in WORDS.findall(name)} for name in header}
    return [name for name, each in words.items() if each & SAMPLES and not each & OTHERS]
