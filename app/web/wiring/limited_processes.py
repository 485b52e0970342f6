"""The parts of the web that run processes with limits of memory."""

from typing import Any

from app.contract.flips import PROCESS
from app.runtime.fair_threads import FairThreads
from app.runtime.limited_process import Limits
from app.runtime.machine_memory import export_share, preview_share, search_share
from app.runtime.places import Places, open_locks
from app.runtime.warm_process import WarmProcess
from app.settings import Settings
from app.storage import Folder
from app.web.features.arbiter.file_maker import ArbiterFiles
from app.web.features.arbiter.judged_peaks import JudgedPeaks
from app.web.features.flips.flip_finder import LONGEST_S, FlipFinder
from app.web.features.results.downloads.maker import Exports
from app.web.features.uploads.preview_process import Previewer
from app.web.features.uploads.question_check import QuestionCheck

# One user must not take all places of the searches, which are few.
SEARCHES_OF_USER = 1


def limited_processes(settings: Settings, storage: Folder, threads: FairThreads) -> dict[str, Any]:
    """The parts by name. Each kind has its places for all web processes of a machine."""
    locks = open_locks(settings.data_folder)
    for_exports, for_previews = export_share(settings), preview_share(settings)
    for_searches = search_share(settings)
    places_of_exports = Places("exports", locks, in_all=for_exports.places)
    arbiter_files = ArbiterFiles(
        storage=storage, places=places_of_exports, memory_bytes=for_exports.bytes_each
    )
    return {
        "exports": Exports(
            storage=storage,
            places=places_of_exports,
            locks=locks,
            memory_bytes=for_exports.bytes_each,
            most_kept_bytes=settings.kept_exports_bytes,
        ),
        "arbiter_files": arbiter_files,
        "judged_peaks": JudgedPeaks(files=arbiter_files, threads=threads),
        "previewer": Previewer(
            storage,
            Places("previews", locks, in_all=for_previews.places),
            memory_bytes=for_previews.bytes_each,
        ),
        "flip_finder": FlipFinder(
            storage=storage,
            threads=threads,
            places=Places(
                "searches for changes", locks, in_all=for_searches.places, of_user=SEARCHES_OF_USER
            ),
            process=WarmProcess(PROCESS, Limits(for_searches.bytes_each, LONGEST_S)),
        ),
        "question_check": QuestionCheck(storage, memory_bytes=for_previews.bytes_each),
    }
