"""How likely the times of classes are with the sugars that their names say.

Each sialic acid and each neutral sugar moves a class by about the same time, and each class
deviates from that by its own. Neither the effects nor the size of the deviations is known before,
so both are summed over (Bayesian linear regression; Bishop 2006, Pattern Recognition and Machine
Learning, section 3.4). All times are in minutes of porcine brain.
"""

import numpy as np

from app.analysis.evidence.array_types import Array

# The effects of a sialic acid and of a neutral sugar: as on most columns, or unknown, as on HILIC
# (share, means, standard deviations). The first are the priors of the retention law.
USUAL = (0.9, (-0.6, -0.2), (0.4, 0.2))
UNKNOWN = (0.1, (0.0, 0.0), (0.8, 0.4))
# Those of a table whose classes show that they are others.
SHOWN_AS_OTHERS = (1.0, (0.0, 0.0), (2.4, 1.2))
# The standard deviations of classes about these effects, equally likely: 0.1 to 0.2 on porcine
# brain, 0.45 in the second law of the simulator.
SCATTER_MIN = np.geomspace(0.05, 0.8, 7)
# The mean of all classes is known no better than this.
MEAN_SD_MIN = 10.0


def log_evidence(
    times_min: Array, variances: Array, sugars: Array, *, has_usual_sugars: bool
) -> Array:
    """The log density (hypotheses,) of the times of classes (classes,).

    ``variances`` (classes,) are those of the times. ``sugars`` (hypotheses, classes, 2) are the
    sialic acids and neutral sugars of each class; ``has_usual_sugars`` tells that their effects
    are not shown to be others than on a reversed phase.
    """
    x = np.concatenate([np.ones((*sugars.shape[:2], 1)), sugars], axis=2)
    centred = times_min - times_min.mean()
    precision = 1 / (variances + np.square(SCATTER_MIN)[:, None])
    # One for each hypothesis and scatter.
    squares = (x[..., :, None] * x[..., None, :]).reshape(*x.shape[:2], -1)
    normal = (precision @ squares).reshape(len(x), len(precision), x.shape[2], -1)
    parts = []
    for share, mean, sd in (USUAL, UNKNOWN) if has_usual_sugars else (SHOWN_AS_OTHERS,):
        sds = np.array([MEAN_SD_MIN, *sd])
        left = centred - sugars @ np.array(mean)
        moment = precision @ (x * left[..., None])
        full = normal + np.diag(1 / sds**2)
        fitted = np.linalg.solve(full, moment[..., None])[..., 0]
        misfit = np.square(left) @ precision.T - (moment * fitted).sum(axis=2)
        volume = np.linalg.slogdet(full)[1] + 2 * np.log(sds).sum()
        parts.append(np.log(share) - (misfit + volume - np.log(precision).sum(axis=1)) / 2)
    found: Array = np.logaddexp.reduce(np.concatenate(parts, axis=1), axis=1)
    return found
