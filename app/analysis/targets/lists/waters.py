"""The transition list of Waters MassLynx. Its names have no spaces, which Quanpedia cannot read."""

from app.analysis.targets.lists.list_format import Line, ListFormat, minutes, mz
from app.analysis.targets.target_ions import TargetIon

HEADER = (
    *("protein.name", "peptide.seq", "precursor.mz", "precursor.retT", "product.m_z"),
    *("collision_energy", "cone_voltage"),
)


def _line(ion: TargetIon) -> Line:
    name = f"{ion.name}.{abs(ion.charge)}".replace(" ", "_")
    ions = (mz(ion.mz), minutes(ion.rt_min), mz(ion.product_mz))
    return (ion.prefix, name, *ions, "", "")


FORMAT = ListFormat(
    name="waters",
    title="Waters MassLynx",
    above=(HEADER,),
    line=_line,
    has_product=True,
    is_from="the transition list that Skyline exports for MassLynx",
)
