"""Fit the retention model and explain the peaks in turn, by expectation maximisation.

The peaks are explained with the model so far; the best peak of each name that is likely to be right
joins the training, and the model is fitted again (Dempster, Laird and Rubin 1977, J R Stat Soc B
39:1).
"""

from functools import cached_property

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from app.analysis.evidence.array_types import Array, Mask
from app.analysis.evidence.explaining.decoys import accepted_decoys
from app.analysis.evidence.explaining.explanation import explain_peaks
from app.analysis.evidence.explaining.ions import IonMixture
from app.analysis.evidence.explaining.mixture import Mixture
from app.analysis.evidence.explaining.posterior import Posterior
from app.analysis.evidence.peaks.peak_arrays import PeakArrays
from app.analysis.model.fit.bent_fit import bent_model
from app.analysis.model.fit.training import refit_model
from app.analysis.model.law.candidates import Candidates
from app.analysis.model.law.retention_model import RetentionModel
from app.analysis.model.least_squares.regression import CONVERGED, ROUGHLY
from app.analysis.model.parents.possible_ions import PossibleIons
from app.analysis.model.parents.possible_parents import PossibleParents

# Rough rounds before the one that fits exactly; after one the training hardly changes.
ROUGH_ROUNDS = 1
# Rounds with the bend of the gradient, where the peaks show one.
BEND_ROUNDS = 2
# The first explanation adds a spread of this many standard deviations of the model's error.
FIRST_WIDTH = 2.0


class JointModel(msgspec.Struct, frozen=True, eq=False, dict=True):
    """All that explains the peaks: the retention model, the mixtures and the possible parents.

    ``possible_ions`` are the other ions of species that were not picked, within ``ppm``.
    """

    candidates: Candidates
    model: RetentionModel
    mixture: Mixture
    parents: PossibleParents
    ions: IonMixture
    possible_ions: PossibleIons
    ppm: float

    @cached_property
    def predicted(self) -> tuple[Array, Array]:
        """The retention time of each candidate and its standard deviation, in minutes.

        A species that the model was fitted to is predicted by a fit without it. All its peaks in a
        cohort are left out together, because an interference repeats in every sample.
        """
        # A model that no species could be fitted to still has the groups of an earlier search.
        is_fitted = self.model.levels == self.candidates.levels
        design = self.candidates.design if is_fitted else self.model.design(self.candidates.table)
        mean, sd = self.model.predict(design)
        if is_fitted:
            trained = self.model.training["candidate"]
            mean[trained], sd[trained] = self.model.predict_left_out()
        return mean, sd

    @cached_property
    def extrapolation(self) -> tuple[NDArray[np.uint8], Mask]:
        """How many carbons each candidate is outside those fitted, and if its group was not."""
        met: dict[str, list[int]] = {}
        for group, carbons in self.model.training.iter_rows("group", "carbons"):
            met.setdefault(group, []).append(carbons)
        bounds = {group: (min(carbons), max(carbons)) for group, carbons in met.items()}
        groups, carbons = self.candidates.table["group"], self.candidates.table["carbons"]
        least, most = np.array([bounds.get(group, (np.inf, -np.inf)) for group in groups]).T
        unmet = np.isinf(least)
        outside = np.where(unmet, 0, np.maximum(np.maximum(least - carbons, carbons - most), 0))
        return outside.astype(np.uint8), unmet

    def explain(
        self, arrays: PeakArrays, before: Posterior | None = None, passes: int = 1
    ) -> Posterior:
        """Explain peaks, by how they were explained so far; ``passes`` as in ``explain_peaks``."""
        p_other = np.full(len(arrays.row), 0.5) if before is None else before.p_stray
        parents = self.parents.expected_at(arrays, self.model.peak_sd_min, before)
        share, places = self.parents.fragment_share, self.candidates.place
        ions = replace(self.ions, unpicked=self.possible_ions.density(arrays))
        return explain_peaks(
            arrays, places, self.predicted, self.mixture, p_other, share, parents, ions, passes
        )

    def at_first(self, arrays: PeakArrays) -> Posterior:
        """Explain peaks with wide tolerances, by the model that the fit starts from.

        Annealing (Ueda and Nakano 1998, Neural Networks 11:271): where one peak of a ceramide
        contradicts several, the fit does not settle for the first one.
        """
        loose = replace(self.model, own_sd_min=FIRST_WIDTH * self.model.fit.noise_sd)
        return replace(self, model=loose).explain(arrays)

    def explain_new(self, arrays: PeakArrays) -> Posterior:
        """Explain peaks that the model was not fitted to."""
        return self.explain(arrays, passes=2)

    def accepted_decoys(
        self, arrays: PeakArrays, posterior: Posterior, most_sds: float
    ) -> float | None:
        """The share of wrong labels of explained peaks that are accepted, estimated with decoys."""
        place = self.candidates.place
        return accepted_decoys(arrays, place, self.predicted, self.mixture, posterior, most_sds)

    def refitted(self, arrays: PeakArrays, posterior: Posterior, tolerance: float) -> "JointModel":
        """The model fitted to peaks as they are explained."""
        model = refit_model(arrays, self.candidates, posterior, self.model, tolerance)
        parents, possible_ions = self.parents, self.possible_ions
        if (parents.groups, parents.levels) != (model.groups, model.levels):
            parents = PossibleParents.of(arrays.species_table, model, self.candidates)
            possible_ions = PossibleIons.of(arrays.species_table, model, self.ppm)
        places = {group: place for place, group in enumerate(model.groups)}
        place = np.array([places.get(group, -1) for group in self.candidates.groups])
        group = place[self.candidates.group[posterior.candidate]]
        parents = parents.predicted_by(model).with_counted_shares(
            arrays, group, posterior.p_fragment
        )
        parents = parents.with_usual_open(arrays, posterior)
        unpicked = replace(self.ions, unpicked=self.possible_ions.density(arrays))
        return JointModel(
            self.candidates,
            model,
            self.mixture.updated(arrays, posterior),
            parents,
            unpicked.updated(arrays, possible_ions.count(arrays), posterior),
            possible_ions.predicted_by(model),
            self.ppm,
        )


def fit_jointly(
    arrays: PeakArrays, candidates: Candidates, model: RetentionModel, ppm: float
) -> tuple[JointModel, Posterior]:
    """Fit the model to the peaks, starting from one that knows the isomers, and explain them.

    The masses of a label and of an ion agree within ``ppm``.
    """
    parents = PossibleParents.of(arrays.species_table, model, candidates)
    ions = PossibleIons.of(arrays.species_table, model, ppm)
    mixtures = Mixture.of(arrays), parents, IonMixture.usual(arrays)
    joint = JointModel(candidates, model, *mixtures, ions, ppm)
    posterior = joint.at_first(arrays)
    for tolerance in (ROUGHLY,) * ROUGH_ROUNDS + (CONVERGED,):
        joint = joint.refitted(arrays, posterior, tolerance)
        posterior = joint.explain(arrays, posterior)
    return _bent(joint, arrays, posterior)


def _bent(
    joint: JointModel, arrays: PeakArrays, posterior: Posterior
) -> tuple[JointModel, Posterior]:
    """The model and the explanations, with the bend of the gradient if the peaks show one."""
    bent = bent_model(joint.model, joint.candidates, arrays)
    if bent is None:
        return joint, posterior
    joint = replace(joint, model=bent)
    posterior = joint.explain(arrays, posterior)
    for _ in range(BEND_ROUNDS):
        joint = joint.refitted(arrays, posterior, CONVERGED)
        posterior = joint.explain(arrays, posterior)
    return joint, posterior
