"""The equation of the retention model, and the priors of its coefficients.

RT = a + b1 c + b2 c^2 + b3 N^3 + k N^2 + d0 [D=0] + d max(D-1, 0) + w (O-2) + g N (sialic-2)
     + (h c + i (sialic-2)) (max(D-1, 0) - [D=0]/2)

with c = C-38, for a ceramide of C carbons, D double bonds and O hydroxyls, and its equivalent
carbon number N, which counts double bonds as carbons too. On a gradient that is not
linear all effects shrink or grow together along it, so what bends depends on N. The intercept a of
a group (prefix and isomer) is what its glycan predicts, plus a deviation of its core and isomer,
which its modified forms share, plus a deviation of its own. Its slope deviates by a multiple of N,
the core's curvature k deviates from zero, and a ceramide deviates from the curve by the same
amount in all groups. All deviations are shrunk towards zero as far as the data say.

The priors were measured on porcine brain at 0.74 min per carbon and are wide enough for gradients
from 0.4 to 1.0 min per carbon; see docs/science.md.
"""

REFERENCE_CARBONS = 38
# Each term with the prior mean and standard deviation of its coefficient, in minutes per unit. The
# cubic term lets a curve flatten at both ends, as on a gradient with a plateau; its prior is
# that of half a minute at eight carbons from 38, so that a few rows leave it at zero.
SHAPE = {
    "carbons": (0.70, 0.30),
    "carbons squared": (-0.01, 0.02),
    "equivalent carbons cubed": (0.0, 0.001),
    "no double bond": (0.55, 0.40),
    "further double bonds": (-1.10, 0.60),
    "further hydroxyls": (-1.20, 0.60),
    "equivalent carbons x sialic": (0.0, 0.03),
    "carbons x double bonds": (0.0, 0.05),
    "double bonds x sialic": (0.0, 0.05),
}
GLYCAN = {
    "sialic": (-0.60, 0.40),
    "neutral_sugars": (-0.20, 0.20),
    "oacetyl": (0.06, 0.05),
    "dhex": (-0.07, 0.15),
    "hexnac_added": (-0.09, 0.15),
    "late isomer": (0.45, 0.25),
}
# The same for columns on which sugars do not make a ganglioside elute earlier. On HILIC
# they delay it, and classes lie many carbons apart: Hájek et al. 2017, Anal Chem 89:12425. So an
# effect has either sign, and a spread that is this many times as large.
OTHER_COLUMNS = 6.0
GLYCAN_ON_OTHER_COLUMNS = {
    name: (mean, sd) if name == "late isomer" else (0.0, OTHER_COLUMNS * sd)
    for name, (mean, sd) in GLYCAN.items()
}
# Prior standard deviations of what cores, groups and ceramides have of their own, and of the error.
CORE_SPREAD_MIN = 0.20
INTERCEPT_SPREAD_MIN = 0.05
SLOPE_SPREAD_MIN = 0.02
CERAMIDE_SPREAD_MIN = 0.02
# Of a core's curvature, in minutes per squared carbon: 0.03 min at four carbons from 38.
CURVATURE_SPREAD_MIN = 0.002
NOISE_MIN = 0.04
# The pools of coefficients that share a variance, and their number; the first coefficient of a
# group.
INTERCEPT_POOL, SLOPE_POOL, CORE_POOL, CERAMIDE_POOL, CURVATURE_POOL = 0, 1, 2, 3, 4
POOLS = 5
FIRST_GROUP = 1 + len(SHAPE) + len(GLYCAN)
