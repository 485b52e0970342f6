"""The export formats, in the order in which they are offered.

To add a format, write a file with its ``FORMAT``, import it and list it here; API and command line
follow. Then add its link to templates/fragments/downloads.html. The web adds its own HTML report,
which needs templates.
"""

from app.analysis.reporting.formats import csv, json, mztab, parquet, xlsx

FORMATS = (csv.FORMAT, xlsx.FORMAT, json.FORMAT, parquet.FORMAT, mztab.FORMAT)
