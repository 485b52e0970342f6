"""Pure analysis of a peak table: Polars frames in, Polars frames out."""

import os
import sys

# The models are too small for several threads, which would only wait for each other. They would
# also be started with numpy, and wait in a busy loop while everything else is imported.
# Of numpy that was there before, they have to be limited wherever a model is computed.
HAS_BLAS_THREADS = (
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1") != "1" or "numpy" in sys.modules
)
