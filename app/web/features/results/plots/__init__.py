"""The plots of a result: their points, bands, lanes and drawings."""
