"""From a file to peaks: file, cells, layout, long table, peak table."""
