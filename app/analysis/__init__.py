"""Pure analysis of a peak table: Polars frames in, Polars frames out."""
