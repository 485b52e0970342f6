"""What the pages show of pending uploads: previews, and the choices kept from an earlier table."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from litestar.datastructures import FormMultiDict, MultiDict

from app.analysis.names.cells.sample_roles import SAMPLE_ROLES
from app.analysis.reading.decisions import AS_FOUND, AUTO, COLUMN_SUFFIX, ReadingChoices
from app.analysis.reading.headers.columns import NEEDED, NO_AREAS
from app.analysis.reading.preview import SHOWN_COLUMNS, Preview
from app.db.table_choices import TableChoices, shape_of
from app.jobs.errors import UploadError
from app.web import words
from app.web.features.uploads.pending_uploads import PendingUpload, PendingUploads
from app.web.features.uploads.preview_process import Previewer
from app.web.forms.page_form import (
    COHORT_NAME,
    TOGETHER,
    choices_in,
    field_of,
    fields_of,
    notation_in,
)

# The files of one form.
MOST_FILES = 20
# The samples of all files whose role is a field, well within the fields that a form can have.
MOST_ROLE_FIELDS = 500


class UploadPreview(NamedTuple):
    """An upload with its preview, as the page shows it.

    ``is_remembered`` if it is read as an earlier table of its shape was. ``settings`` has the
    notation that all tables of the form have unless they have their own.
    """

    kept: PendingUpload
    preview: Preview
    choices_made: ReadingChoices
    is_remembered: bool = False
    settings: Mapping[str, str] = {}

    @property
    def own_choices(self) -> list[tuple[str, str]]:
        """The fields of what was chosen for this upload alone, and their values."""
        chosen = fields_of(self.choices_made)
        return [(name, value) for name, value in chosen if self.settings.get(name) != value]

    @property
    def query(self) -> str:
        """The upload and what was chosen for it, as part of an address."""
        own = self.own_choices
        return urlencode([("upload", self.kept.id), *((self.field(it), text) for it, text in own)])

    @property
    def query_as_found(self) -> str:
        """The upload without any choice of a person, as part of an address."""
        return urlencode([("upload", self.kept.id), (self.field("decimal"), AUTO)])

    def field(self, choice: str) -> str:
        """The name of the form field for a choice."""
        return field_of(self.kept.id, choice)

    def is_chosen(self, subject: str) -> bool:
        """Whether a person made this choice for this upload alone."""
        return subject in dict(self.own_choices)

    def is_of_settings(self, subject: str) -> bool:
        """Whether the settings of the form decide this."""
        return subject in dict(fields_of(self.choices_made)) and not self.is_chosen(subject)

    def is_asked(self, role: str) -> bool:
        """Whether a question asks for the column of a role; only the question then has a field."""
        return any(each.subject == role + COLUMN_SUFFIX for each in self.preview.questions)

    def title_of(self, subject: str) -> str:
        """What a question or decision is about."""
        role = subject.removesuffix(COLUMN_SUFFIX)
        return words.CHOICES.get(subject) or words.ROLES.get(role, role)

    @property
    def choices(self) -> list[str]:
        """The columns to choose from: all except the sample columns of a wide table."""
        header, of_samples = self.preview.header, self.preview.of_samples
        return [name for name in header if name and name not in of_samples]


class UploadPreviews:
    """Previews the pending uploads of a form, and keeps the choices made for them."""

    def __init__(
        self, uploads: PendingUploads, previewer: Previewer, table_choices: TableChoices
    ) -> None:
        self._uploads = uploads
        self._previewer = previewer
        self._table_choices = table_choices

    async def of(
        self, ids: Iterable[str], given: FormMultiDict | MultiDict[Any], *, owner: str
    ) -> list[UploadPreview]:
        """The previews of uploads, read as the fields of a form or an address say.

        Raises:
            UploadError: An upload is gone.
        """
        looks = []
        for upload_id in dict.fromkeys(ids):
            kept = await self._uploads.get(upload_id, owner=owner)
            look = await self._look(kept, choices_in(given, kept.id))
            look = look._replace(settings=notation_in(given))
            is_first = not any(name.startswith(field_of(kept.id, "")) for name in given)
            looks.append(await self._as_before(look) if is_first else look)
        return looks

    async def _look(self, kept: PendingUpload, choices: ReadingChoices) -> UploadPreview:
        """The preview of an upload; columns of another sheet or encoding are no longer chosen."""
        made = await self._previewer.preview(kept.key, choices, user=kept.owner)
        if made.refusal and not made.header and choices.columns:
            choices = msgspec.structs.replace(choices, columns={})
            made = await self._previewer.preview(kept.key, choices, user=kept.owner)
        return UploadPreview(kept, made, choices)

    async def keep_choices(self, kept: PendingUpload, choices: ReadingChoices) -> None:
        """Keep the choices that differ from the table itself, for the next table of its shape."""
        if not kept.shape:
            return
        changed = {
            role: header
            for role, header in choices.columns.items()
            if header != kept.found_columns.get(role, "")
        }
        # The sheets and samples of one file say nothing of the next.
        lasting = msgspec.structs.replace(choices, columns=changed, sheets=(), sample_roles={})
        await self._table_choices.keep(kept.shape, lasting, owner=kept.owner)

    async def _as_before(self, look: UploadPreview) -> UploadPreview:
        """The upload in the choices kept for its shape, if there are any; notes what was found."""
        kept, found = look.kept, look.preview
        if not found.header:
            return look
        kept = await self._uploads.note_shape(
            kept, shape_of(found.source, found.header), dict(found.roles)
        )
        before = await self._table_choices.of(kept.shape, owner=kept.owner)
        if before == AS_FOUND or look.choices_made != AS_FOUND:
            return look._replace(kept=kept)
        made = await self._previewer.preview(kept.key, before, user=kept.owner)
        return UploadPreview(kept, made, before, is_remembered=True)


def preview_context(looks: list[UploadPreview], given: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of previews needs.

    Raises:
        UploadError: There is no upload.
    """
    if not looks:
        raise UploadError("Choose a peak table first.")
    return {
        "looks": looks,
        "together": given.get(TOGETHER),
        "cohort_name": given.get(COHORT_NAME, ""),
        "roles": words.ROLES,
        "no_areas": NO_AREAS,
        "needed": NEEDED,
        "shown_columns": SHOWN_COLUMNS,
        "sample_roles": SAMPLE_ROLES,
        "shown_samples": MOST_ROLE_FIELDS // len(looks),
    }
