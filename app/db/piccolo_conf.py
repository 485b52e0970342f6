"""The configuration for Piccolo: the engine of this process and the tables to migrate."""

from typing import TYPE_CHECKING

from app.db.engine.connect import create_engine
from app.settings import Settings

if TYPE_CHECKING:
    from piccolo.conf.apps import AppRegistry

DB = create_engine(Settings.from_environment().database_url)


def __getattr__(name: str) -> "AppRegistry":
    """Make ``APP_REGISTRY`` when it is read: only migrations need what is imported with it."""
    if name != "APP_REGISTRY":
        raise AttributeError(name)
    from piccolo.conf.apps import AppRegistry

    return AppRegistry(apps=["app.db.piccolo_app"])
