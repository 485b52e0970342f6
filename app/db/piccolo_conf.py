"""The configuration for Piccolo: the engine of this process and the tables to migrate."""

from piccolo.conf.apps import AppRegistry

from app.db.engine.connect import create_engine
from app.settings import Settings

DB = create_engine(Settings.from_environment().database_url)
APP_REGISTRY = AppRegistry(apps=["app.db.piccolo_app"])
