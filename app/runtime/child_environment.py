"""The environment of a child process that needs no secrets.

An analysis reads tables from strangers, and the broker is third-party software. Neither receives
the passwords in ``DATABASE_URL`` and similar settings, or any variable that is not on this list.
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
    """Return only the environment variables that a program needs to run on this machine."""
    return {
        name: text
        for name, text in os.environ.items()
        if name in NEEDED or name.startswith(NEEDED_PREFIXES)
    }
