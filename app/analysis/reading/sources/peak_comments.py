"""How comments of our own mzTab-M name the peaks of a run, for its writer and its reader."""

BEGIN, PEAK = "Sialoscope columns of peaks", "Sialoscope peak"
# The header of each column of a result that is written; times are in seconds, as in the format.
COLUMNS = {
    "name": "chemical_name",
    "rt_min": "retention time (s)",
    "peak_area": "area",
    "sample": "sample",
    "sample_role": "sample role",
    "mz": "exp_mass_to_charge",
    "adduct": "adduct_ion",
    "charge": "charge",
    "isotope_label": "isotope label",
    "anchor": "anchor",
    "log_p": "Log P",
    "evidence_level": "evidence level",
}
