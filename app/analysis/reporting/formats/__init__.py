"""The export formats, in the order in which they are offered.

A further format is one more file with its ``FORMAT``, its import and its entry here; API and
command line follow. Its link is added to templates/fragments/downloads.html. The web adds its own
HTML report, which needs templates.
"""

from app.analysis.reporting.formats import csv, json, mztab, parquet, xlsx

FORMATS = (csv.FORMAT, xlsx.FORMAT, json.FORMAT, parquet.FORMAT, mztab.FORMAT)
