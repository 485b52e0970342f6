"""The isomers that the biosynthetic pathways a, b and c make of a core.

Svennerholm 1980, Adv Exp Med Biol 125:11. A core that is not named here has several only where
anchors say so.
"""

LETTERS = {"GD1": ("a", "b"), "GT1": ("a", "b", "c"), "GQ1": ("b", "c")}
OTHER_LETTERS = ("a", "b")
