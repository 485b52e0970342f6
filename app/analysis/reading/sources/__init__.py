"""The programs whose peak tables are understood, in the order in which they are asked.

The last takes every table. A further one is one more file, its import and its entry.
"""

from app.analysis.reading.sources import msdial, mzmine, plain, skyline

SOURCES = (mzmine.SOURCE, msdial.SOURCE, skyline.SOURCE, plain.SOURCE)
