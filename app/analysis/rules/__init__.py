"""The ten rules in the order in which they run.

Their numbers are the user's; they run so that each finds what it needs: sugars, fragments and
isomers before the retention model, the checks on the model after it, and last the confidence, which
makes the call.
"""

from app.analysis.rules import (
    category_order,
    confidence,
    cross_prefix,
    in_source_fragments,
    isomers,
    modification_stacks,
    o_acetylation,
    retention_model,
    sialylation_order,
    sugar_count,
)

RULES = (
    sugar_count.RULE,
    in_source_fragments.RULE,
    isomers.RULE,
    retention_model.RULE,
    o_acetylation.RULE,
    sialylation_order.RULE,
    category_order.RULE,
    modification_stacks.RULE,
    cross_prefix.RULE,
    confidence.RULE,
)
