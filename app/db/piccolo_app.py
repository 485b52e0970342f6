"""The list of all tables for Piccolo's migrations."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.db.accounts.tables import (
    Account,
    AccountIdentity,
    AccountLink,
    AccountPolicy,
    ApiToken,
    Email,
    RecoveryCode,
    SecondFactor,
    Share,
    StreamToken,
)
from app.db.jobs.tables import (
    Attempt,
    Audit,
    BulkAction,
    Job,
    PendingUploadSize,
    Preset,
    QueuePause,
    SavedView,
    TableChoice,
    WorkerSize,
)
from app.db.libraries.tables import LibraryRun, LibraryVersion, RetentionLibrary
from app.db.notifications.tables import (
    Alert,
    AlertPolicy,
    Delivery,
    Ending,
    MailChoice,
    Webhook,
)
from app.db.reviews.tables import Judgement, Resolution, Review, Reviewer
from app.db.schedules.tables import KeepRule, OwnerChoice, Schedule, ScheduleRun
from app.db.security.tables import SecurityEvent, SigningKey

APP_CONFIG = AppConfig(
    app_name="sialoscope",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=[
        *(
            Audit,
            Job,
            QueuePause,
            BulkAction,
            SavedView,
            WorkerSize,
            PendingUploadSize,
            Attempt,
            Preset,
            TableChoice,
            Account,
            AccountIdentity,
            AccountLink,
            ApiToken,
            StreamToken,
            Share,
            Email,
        ),
        *(MailChoice, Ending, Webhook, Delivery, AlertPolicy, Alert),
        *(RetentionLibrary, LibraryVersion, LibraryRun),
        *(Review, Reviewer, Judgement, Resolution),
        *(Schedule, ScheduleRun, KeepRule, OwnerChoice),
        *(SecurityEvent, SigningKey, SecondFactor, RecoveryCode, AccountPolicy),
    ],
)
