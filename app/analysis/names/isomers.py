"""The isomer letters of each core, by the biosynthetic pathways a, b and c.

Svennerholm 1980, Adv Exp Med Biol 125:11. A core that is not listed has several isomers only where
anchors show them; these get ``OTHER_LETTERS``.
"""

LETTERS = {"GD1": ("a", "b"), "GT1": ("a", "b", "c"), "GQ1": ("b", "c")}
OTHER_LETTERS = ("a", "b")
