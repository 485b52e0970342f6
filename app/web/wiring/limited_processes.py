"""The parts of the web that run processes with limits of memory."""

from typing import Any

from app.contract.flips import PROCESS
from app.runtime.fair_threads import FairThreads
from app.runtime.file_locks import FileLocks
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
    return {
        **_for_exports(settings, storage, threads, locks),
        **_for_previews(settings, storage, locks),
        "flip_finder": _flip_finder(settings, storage, threads, locks),
    }


def _for_exports(
    settings: Settings, storage: Folder, threads: FairThreads, locks: FileLocks
) -> dict[str, Any]:
    """What makes files of results; they share their places."""
    share = export_share(settings)
    places = Places("exports", locks, in_all=share.places)
    exports = Exports(
        storage=storage,
        places=places,
        locks=locks,
        memory_bytes=share.bytes_each,
        most_kept_bytes=settings.kept_exports_bytes,
    )
    files = ArbiterFiles(storage=storage, places=places, memory_bytes=share.bytes_each)
    judged = JudgedPeaks(files=files, threads=threads)
    return {"exports": exports, "arbiter_files": files, "judged_peaks": judged}


def _for_previews(settings: Settings, storage: Folder, locks: FileLocks) -> dict[str, Any]:
    """What reads tables before they are analyzed."""
    share = preview_share(settings)
    places = Places("previews", locks, in_all=share.places)
    return {
        "previewer": Previewer(storage, places, memory_bytes=share.bytes_each),
        "question_check": QuestionCheck(storage, memory_bytes=share.bytes_each),
    }


def _flip_finder(
    settings: Settings, storage: Folder, threads: FairThreads, locks: FileLocks
) -> FlipFinder:
    share = search_share(settings)
    return FlipFinder(
        storage=storage,
        threads=threads,
        places=Places("searches for changes", locks, in_all=share.places, of_user=SEARCHES_OF_USER),
        process=WarmProcess(PROCESS, Limits(share.bytes_each, LONGEST_S)),
    )
