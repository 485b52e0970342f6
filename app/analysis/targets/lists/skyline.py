"""The small molecule transition list of Skyline (its tutorial Small Molecule Targets)."""

from app.analysis.targets.lists.list_format import Line, ListFormat, minutes, mz
from app.analysis.targets.target_ions import TargetIon

HEADER = (
    *("Molecule List Name", "Molecule Name", "Precursor Adduct", "Precursor m/z"),
    *("Precursor Charge", "Product m/z", "Product Charge"),
    *("Explicit Retention Time", "Explicit Retention Time Window", "Note"),
)


def _line(ion: TargetIon) -> Line:
    product = (mz(ion.product_mz), "1" if ion.charge > 0 else "-1")
    times = (minutes(ion.rt_min), minutes(ion.window_min))
    note = f"probability {ion.probability:.2f}"
    adduct = ion.adduct[: ion.adduct.index("]") + 1]  # Skyline has the charge in its own column
    return (ion.prefix, ion.name, adduct, mz(ion.mz), str(ion.charge), *product, *times, note)


FORMAT = ListFormat(
    name="skyline",
    title="Skyline",
    above=(HEADER,),
    line=_line,
    has_product=True,
    is_from="the small molecule transition list in its documentation",
)
