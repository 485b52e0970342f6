"""The tests. They do not touch the data or settings of a Sialoscope that runs beside them.

What they import reads the environment, so it is changed here, before everything else.
"""

import os
import tempfile

_OF_SIALOSCOPE = ("SIALOSCOPE_", "OTEL_", "DATABASE_URL", "REDIS_URL", "STORAGE_URL")
for _name in [name for name in os.environ if name.startswith(_OF_SIALOSCOPE)]:
    del os.environ[_name]
# A process that this one starts imports this module too, and ends without removing a folder.
_KEPT = f"TESTS_DATA_OF_{os.environ.get('PYTEST_XDIST_WORKER', 'ALL')}"
if _KEPT not in os.environ:
    _data = tempfile.TemporaryDirectory(prefix="sialoscope-")  # removed at exit
    os.environ[_KEPT] = _data.name
os.environ["SIALOSCOPE_DATA"] = os.environ[_KEPT]
