"""The programs whose peak tables are recognised, in the order in which they are tried.

The last one takes every table. A further program is one more file, its import and its entry here.
"""

from app.analysis.reading.sources import msdial, mzmine, plain, skyline

SOURCES = (mzmine.SOURCE, msdial.SOURCE, skyline.SOURCE, plain.SOURCE)
