"""The environment of a child process that needs no secrets: what the machine says, none of ours.

An analysis reads tables of strangers, and the broker is a program of others. Neither gets the
passwords that stand in ``DATABASE_URL`` and its like, nor what else the environment may hold.
"""

import os

NEEDED = {
    *("PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR", "VIRTUAL_ENV"),
    *("SIALOSCOPE_LOG", "SIALOSCOPE_DATA"),
}
NEEDED_PREFIXES = (
    *("LANG", "LC_", "PYTHON", "LD_", "DYLD_", "MALLOC_", "SSL_CERT_"),
    *("POLARS_", "RAYON_", "OMP_", "OPENBLAS_", "MKL_"),
)


def without_secrets() -> dict[str, str]:
    """The variables that a program needs to run on this machine."""
    return {
        name: text
        for name, text in os.environ.items()
        if name in NEEDED or name.startswith(NEEDED_PREFIXES)
    }
