"""The ten rules in the order in which they run.

Their numbers are the user's; they run so that each finds what it needs: sugars, fragments and
isomers before the retention model, and the confidence, which makes the call, last.
"""

from app.analysis.rules import (
    confidence,
    in_source_fragments,
    isomers,
    retention_model,
    sugar_count,
)

RULES = (
    sugar_count.RULE,
    in_source_fragments.RULE,
    isomers.RULE,
    retention_model.RULE,
    confidence.RULE,
)
