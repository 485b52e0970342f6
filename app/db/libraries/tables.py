"""The tables of retention libraries: methods, the versions of each, and the runs that used them."""

from piccolo.columns import JSON, Boolean, DoublePrecision, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class RetentionLibrary(Table, tablename="retention_library"):
    """The library of a method, under a name that its owner has once.

    Everybody may use a library that ``is_shared``; its owner alone changes it.
    """

    id = Varchar(length=32, primary_key=True, default="")
    owner = Varchar(length=64)
    name = Varchar(length=60)
    is_shared = Boolean(default=False)
    created_at = Timestamptz()


class LibraryVersion(Table, tablename="library_version"):
    """A version of a library: the law of one run. Triggers refuse every change of it.

    ``id`` is the id of the library, a hyphen and the version. ``job`` is the run, perhaps deleted
    since or of another installation, ``file_name`` its table, and ``engine`` the version of
    Sialoscope that made it. ``sha256`` is the hash of the text of the law, and ``size_bytes`` the
    size of law and settings. ``classes``, ``anchors`` and ``spread_min`` (minutes) are of the law,
    so that lists need not read it. An imported version has ``imported_by``, and in ``signed_by``
    the fingerprint of the key that signed its file.
    """

    id = Varchar(length=48, primary_key=True, default="")
    library = Varchar(length=32)
    version = Integer()
    job = Varchar(length=32)
    file_name = Text()
    made_by = Varchar(length=254)
    made_at = Timestamptz()
    engine = Varchar(length=32)
    settings = JSON()
    law = Text()
    sha256 = Varchar(length=64)
    size_bytes = Integer()
    classes = Integer()
    anchors = Integer()
    spread_min = DoublePrecision()
    imported_by = Varchar(length=254, default="")
    signed_by = Varchar(length=80, default="")


class LibraryRun(Table, tablename="library_run"):
    """A job that uses a version of a library."""

    job = Varchar(length=32, primary_key=True, default="")
    library = Varchar(length=32)
    version = Integer()
    made_at = Timestamptz()
