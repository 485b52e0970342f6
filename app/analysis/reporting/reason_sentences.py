"""The sentences that a reason can be.

A stored result has the number of a sentence, its place in ``SENTENCES``: add new ones at the end.
"""

AS_PREDICTED = "It elutes within {off} min of the {predicted} min predicted."
BOTH = (
    "It fits its own prediction ({off} min off), but also elutes within {apart} min of row "
    "{parent} ({parent_name}), which can give it by loss of sugars."
)
BOTH_UNPICKED = (
    "It fits its own prediction ({off} min off), but may as well be a fragment of a heavier "
    "ganglioside with its ceramide, which was not picked."
)
TORN = (
    "Two retention lines of {prefix} fit its peaks almost equally well: by one of them this peak "
    "elutes {off} min from the time that its label should have, by the other {rival_off} min."
)
OFF_ANCHOR = (
    "It is marked as an anchor and nothing explains it better, but it elutes {later} than the "
    "{predicted} min predicted ({sds} standard deviations), beyond the residual threshold."
)
FROM_PARENT = (
    "{it} elutes within {apart} min of row {parent} ({parent_name}), which can give it by loss of "
    "sugars, and {later} than predicted."
)
FROM_UNPICKED = (
    "{it} elutes {later} than predicted, at the time of a heavier ganglioside with its ceramide, "
    "which was not picked."
)
OF_PARENT = (
    "It elutes within {apart} min of row {parent}, {parent_name}; {ion} has the mass of this label "
    "within {ppm} ppm, and this peak has {percent} % of its area."
)
OF_UNPICKED = (
    "It elutes at {rt} min, the time expected of {unpicked}, which was not picked; {ion} has the "
    "mass of this label within {ppm} ppm."
)
OF_ANOTHER_MASS = (
    "{it} has an m/z that is {mass_error} ppm from that of its label and adduct, beyond the mass "
    "tolerance."
)
SURPASSED = (
    "Its retention time fits, but another peak with this name is more likely to be the species."
)
UNCONVINCING = (
    "Its retention time fits, but the table has too little evidence to tell its species from a "
    "peak that elutes there by chance."
)
MISSES = (
    "{it} elutes at {rt} min, {later} than the {predicted} min predicted ({sds} standard "
    "deviations), and "
)
NEAR_BLANK = (
    "It elutes within {off} min of the {predicted} min predicted, but has only {times} times the "
    "area of the same peak in a blank, less than the blank factor of {factor}: it may be "
    "background."
)
OUT_OF_PLACE = MISSES + "no possible parent elutes with it."
OUT_OF_PLACE_WITH_PARENT = MISSES + "no peak that elutes with it is likely to be its parent."
ANOTHER_ION = (
    "It is another ion ({ion_kind}) of the species of row {main}, {from_main} min away, and has "
    "the assignment of that row."
)
OTHER_NAMES = " Its cell also names {other_names}, which was not judged."
BOTH_NAMED = (
    "It fits its own prediction ({off} min off), but may as well be a fragment of {unpicked}, "
    "which is expected at this time and was not picked."
)
FROM_NAMED = (
    "{it} elutes {later} than predicted, at the time expected of {unpicked}, which can give it by "
    "loss of sugars and was not picked."
)
NO_LAW = (
    "The retention times of this table do not show whether a label is right, so this one is "
    "neither confirmed nor rejected (see the warnings)."
)
IN_DOUBT = (
    "A warning about the data puts the labels of {prefix} in doubt, so this one is neither "
    "confirmed nor rejected."
)
NAME_MOVED = (
    "The names of this row and its neighbours may be moved by one row (see the warnings), so this "
    "label is neither confirmed nor rejected."
)
BONDS_IN_DOUBT = (
    "The number of double bonds in the name of this row may be wrong (see the warnings), so this "
    "label is neither confirmed nor rejected."
)
MAY_BE_FRAGMENT = (
    "It may be an in-source fragment of a heavier ganglioside that has no row (see the warnings), "
    "so this label is neither confirmed nor rejected."
)
CERAMIDE_IN_DOUBT = (
    "The ceramide in the name of this row may be wrong (see the warnings), so this label is "
    "neither confirmed nor rejected."
)
OF_PARENT_WITHOUT_AREA = (
    "It elutes within {apart} min of row {parent}, {parent_name}; {ion} has the mass of this label "
    "within {ppm} ppm."
)
NEAR_BLANK_WITHOUT_AREA = (
    "It elutes within {off} min of the {predicted} min predicted, but a blank has the same peak: "
    "it may be background."
)
# What follows the sentence of a row without an area.
WITHOUT_AREA = " It has no area, so it is judged without one."
# What follows a sentence where a row has a value in a column.
FOLLOWED_BY = {"alternative_sentence": "{alternative}", "other_names": OTHER_NAMES}
# A reason that is stored in words.
IN_WORDS = "{words}"
SENTENCES = (
    NEAR_BLANK,
    TORN,
    AS_PREDICTED,
    BOTH,
    BOTH_UNPICKED,
    OFF_ANCHOR,
    FROM_PARENT,
    FROM_UNPICKED,
    OF_PARENT,
    OF_UNPICKED,
    OF_ANOTHER_MASS,
    SURPASSED,
    UNCONVINCING,
    OUT_OF_PLACE,
    OUT_OF_PLACE_WITH_PARENT,
    ANOTHER_ION,
    BOTH_NAMED,
    FROM_NAMED,
    NO_LAW,
    IN_DOUBT,
    OF_PARENT_WITHOUT_AREA,
    NEAR_BLANK_WITHOUT_AREA,
    NAME_MOVED,
    BONDS_IN_DOUBT,
    MAY_BE_FRAGMENT,
    CERAMIDE_IN_DOUBT,
)
# What a sentence becomes where the parent that was not picked has a name.
NAMED = {BOTH_UNPICKED: BOTH_NAMED, FROM_UNPICKED: FROM_NAMED}
# What a sentence becomes where one of the areas that it compares is not known.
WITHOUT_AREAS = {OF_PARENT: OF_PARENT_WITHOUT_AREA, NEAR_BLANK: NEAR_BLANK_WITHOUT_AREA}
