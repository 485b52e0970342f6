"""The job table, the truth about every job, and its migrations."""

import os

# Piccolo finds its engine and its tables by the module named here.
os.environ.setdefault("PICCOLO_CONF", "app.db.piccolo_conf")
