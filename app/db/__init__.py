"""The database: its tables, stores and migrations. It is the source of truth for every job."""

import os

# Piccolo finds its engine and its tables by the module named here.
os.environ.setdefault("PICCOLO_CONF", "app.db.piccolo_conf")
