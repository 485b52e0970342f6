"""Pure analysis of a peak table: Polars frames in, Polars frames out."""

import os

# The models are too small for several threads, which would only wait for each other. They would
# also be started with numpy, and wait in a busy loop while everything else is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
