"""The settings of Django, Channels and Celery, as their guides to deployment advise."""

import os
from pathlib import Path

DATA = Path(os.environ["PEER_DATA"])
REDIS_URL = os.environ["PEER_REDIS_URL"]
ANALYZES = os.environ.get("PEER_ANALYZES", "yes") == "yes"

SECRET_KEY = "signs nothing here"  # noqa: S105 - no secret
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["channels", "tests.perf.peer_stack"]
MIDDLEWARE: list[str] = []  # neither login nor sessions, which would cost time
ROOT_URLCONF = "tests.perf.peer_stack.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = DATA / "media"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "peer.db",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "timeout": 20,
        },
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # The layer waits five seconds for a message, as long as redis-py waits for an answer.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 60}], "capacity": 1000},
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True  # the row has it
# A task that is short and may run twice: a dead process of the pool gives it back.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
