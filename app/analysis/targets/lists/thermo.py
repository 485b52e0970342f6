"""Inclusion lists of Thermo instruments: of Q Exactive, and of Exploris, Fusion and Stellar."""

from app.analysis.targets.lists.list_format import Line, ListFormat, minutes, mz
from app.analysis.targets.target_ions import TargetIon

Q_EXACTIVE_HEADER = (
    *("Mass [m/z]", "Formula [M]", "Formula type", "Species", "CS [z]", "Polarity"),
    *("Start [min]", "End [min]", "(N)CE", "(N)CE type", "MSX ID", "Comment"),
)
EXPLORIS_HEADER = ("Compound", "Formula", "Adduct", "m/z", "z", "t start (min)", "t stop (min)")


def _q_exactive(ion: TargetIon) -> Line:
    window = (minutes(ion.start_min), minutes(ion.end_min))
    charge = (str(abs(ion.charge)), ion.polarity)
    return (mz(ion.mz), "", "", "", *charge, *window, "", "", "", f"{ion.name} {ion.adduct}")


def _exploris(ion: TargetIon) -> Line:
    window = (minutes(ion.start_min), minutes(ion.end_min))
    return (ion.name, "", ion.adduct, mz(ion.mz), str(abs(ion.charge)), *window)


Q_EXACTIVE = ListFormat(
    name="thermo",
    title="Thermo Q Exactive",
    above=(Q_EXACTIVE_HEADER,),
    line=_q_exactive,
    has_product=False,
    is_from="the inclusion list of its method editor, as published lists have it",
)
EXPLORIS = ListFormat(
    name="thermo-exploris",
    title="Thermo Exploris, Fusion, Stellar",
    above=(EXPLORIS_HEADER,),
    line=_exploris,
    has_product=False,
    is_from="the targeted mass table of its method editor, as OpenMS writes it",
)
