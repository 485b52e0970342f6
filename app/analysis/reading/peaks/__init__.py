"""From a table to peaks: one row each, in one unit, with a sentence where it cannot be used."""
