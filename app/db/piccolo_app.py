"""The tables as Piccolo's migrations know them."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.db.account_tables import Account, AccountLink, ApiToken, Letter, Share
from app.db.notice_tables import Delivery, Ending, MailChoice, Webhook
from app.db.schedule_tables import KeepRule, OwnerChoice, Schedule, ScheduleRun
from app.db.tables import Attempt, Audit, Job, Preset

APP_CONFIG = AppConfig(
    app_name="sialoscope",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=[
        *(Audit, Job, Attempt, Preset, Account, AccountLink, ApiToken, Share, Letter),
        *(MailChoice, Ending, Webhook, Delivery),
        *(Schedule, ScheduleRun, KeepRule, OwnerChoice),
    ],
)
