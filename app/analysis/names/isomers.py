"""The isomer letters of each core, by the biosynthetic pathways a, b and c.

Svennerholm 1980, Adv Exp Med Biol 125:11. A core that is not listed has two isomers where anchors
or several names with two peaks show them. Isomers whose letters nothing decides are named by the
order in which they elute.
"""

LETTERS = {"GD1": ("a", "b"), "GT1": ("a", "b", "c"), "GQ1": ("b", "c"), "GP1": ("b", "c")}
# The most isomers of another core.
OTHER_ISOMERS = 2
BY_ORDER = {0: (), 1: ("early",), 2: ("early", "late"), 3: ("early", "middle", "late")}
# Fragments that keep both sialic acids of the inner galactose, which GD1b has and GD1a lacks.
DECIDED_BY_FRAGMENTS = "GD1"
DISIALO = ("GD3", "GD2")


def isomer_words(isomer: str | None) -> str:
    """The words before a name that say which isomer it is, if its class has several."""
    if isomer is None:
        return ""
    in_order = isomer in BY_ORDER[max(BY_ORDER)]
    return f"the {isomer} isomer of " if in_order else f"isomer {isomer} of "
