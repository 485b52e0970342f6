"""The rules in the order in which they run.

The order gives each rule what it needs: sugars, fragments and isomers come before the retention
model, checks of the model after it, and last the confidence, which makes the call. A rule keeps its
number wherever it stands, because users and stored results know it by that. To add a rule, write
its file with the next free number, import it and list it here.
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
