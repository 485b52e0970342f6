"""The lists of targets for instruments and Skyline, one file a maker."""

from app.analysis.targets.lists import agilent, sciex, skyline, thermo, waters

LISTS = {
    each.name: each
    for each in (
        *(thermo.Q_EXACTIVE, thermo.EXPLORIS, sciex.FORMAT),
        *(agilent.MRM, agilent.Q_TOF, waters.FORMAT, skyline.FORMAT),
    )
}
