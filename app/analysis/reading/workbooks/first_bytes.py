"""The first bytes of workbooks that are no XLSX: XLS in a compound file, and ODS."""

COMPOUND_MARK = b"\xd0\xcf\x11\xe0"
ODS_MARK = b"application/vnd.oasis.opendocument.spreadsheet"
