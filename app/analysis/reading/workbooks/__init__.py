"""Read a workbook: its size before it is opened, its sheets, and how they belong together."""
