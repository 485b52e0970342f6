"""The parts of the web that run processes with limits of memory."""

from typing import Any

from app.contract.flips import PROCESS
from app.runtime.limited_process import Limits
from app.runtime.machine_memory import export_share, preview_share
from app.runtime.places import Places, open_locks
from app.runtime.warm_process import WarmProcess
from app.settings import Settings
from app.storage import Folder
from app.web.features.arbiter.file_maker import ArbiterFiles
from app.web.features.flips.flip_finder import LONGEST_S, FlipFinder
from app.web.features.results.export_maker import Exports
from app.web.features.uploads.preview_process import Previewer
from app.web.features.uploads.question_check import QuestionCheck


def limited_processes(settings: Settings, storage: Folder) -> dict[str, Any]:
    """The parts by name. Exports and previews have places for all web processes of a machine."""
    locks = open_locks(settings.data_folder)
    for_exports, for_previews = export_share(settings), preview_share(settings)
    # Both read a table that a person looks at, and share the memory for it.
    places_of_readings = Places(
        "previews or searches for changes", locks, in_all=for_previews.places
    )
    places_of_exports = Places("exports", locks, in_all=for_exports.places)
    return {
        "exports": Exports(
            storage=storage,
            places=places_of_exports,
            locks=locks,
            memory_bytes=for_exports.bytes_each,
            most_kept_bytes=settings.kept_exports_bytes,
        ),
        "arbiter_files": ArbiterFiles(
            storage=storage, places=places_of_exports, memory_bytes=for_exports.bytes_each
        ),
        "previewer": Previewer(storage, places_of_readings, memory_bytes=for_previews.bytes_each),
        "flip_finder": FlipFinder(
            storage=storage,
            places=places_of_readings,
            process=WarmProcess(PROCESS, Limits(for_previews.bytes_each, LONGEST_S)),
        ),
        "question_check": QuestionCheck(storage, memory_bytes=for_previews.bytes_each),
    }
