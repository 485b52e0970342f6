"""Lists of Agilent MassHunter: dynamic MRM of a triple quadrupole, targeted MS/MS of a Q-TOF."""

from app.analysis.targets.lists.list_format import Line, ListFormat, minutes, mz
from app.analysis.targets.target_ions import TargetIon

MRM_HEADER = (
    *("Compound Name", "ISTD?", "Precursor Ion", "MS1 Res", "Product Ion", "MS2 Res"),
    *("Fragmentor", "Collision Energy", "Cell Accelerator Voltage"),
    *("Ret Time (min)", "Delta Ret Time", "Polarity"),
)
Q_TOF_HEADER = (
    *("On", "Prec. m/z", "Z", "Ret. Time (min)", "Delta Ret. Time (min)", "Iso. Width"),
    *("Collision Energy", "Acquisition Time (ms/spec)"),
)
Q_TOF_TITLE = ("TargetedMSMSTable", *[""] * (len(Q_TOF_HEADER) - 1))
ISOLATION = "Narrow (~1.3 m/z)"


def _mrm(ion: TargetIon) -> Line:
    ions = (mz(ion.mz), "Unit", mz(ion.product_mz), "Unit")
    times = (minutes(ion.rt_min), minutes(ion.window_min))
    return (f"{ion.name} {ion.adduct}", "FALSE", *ions, "", "", "", *times, ion.polarity)


def _q_tof(ion: TargetIon) -> Line:
    times = (minutes(ion.rt_min), minutes(ion.window_min))
    return ("True", mz(ion.mz), str(abs(ion.charge)), *times, ISOLATION, "", "")


MRM = ListFormat(
    name="agilent",
    title="Agilent triple quadrupole",
    above=(MRM_HEADER,),
    line=_mrm,
    has_product=True,
    is_from="the dynamic MRM table of MassHunter, as Skyline and ATAQS write it",
)
Q_TOF = ListFormat(
    name="agilent-qtof",
    title="Agilent Q-TOF",
    above=(Q_TOF_TITLE, Q_TOF_HEADER),
    line=_q_tof,
    has_product=False,
    is_from="the targeted MS/MS table of MassHunter, as Skyline writes it",
)
