"""The settings, read from the environment once; no other package reads it."""

from app.settings.broker_socket import broker_socket
from app.settings.errors import CannotStartError, SettingError
from app.settings.kinds import whole_number
from app.settings.limit_settings import JSON, LOG_FORMATS
from app.settings.settings import LOOPBACK_HOSTS, Settings, variables

__all__ = [
    "JSON",
    "LOG_FORMATS",
    "LOOPBACK_HOSTS",
    "CannotStartError",
    "SettingError",
    "Settings",
    "broker_socket",
    "variables",
    "whole_number",
]
