"""Check that the disks have enough free space."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from app.commands.doctor.finding import Finding, Findings, Installation, error, ok, warning

LOW_SHARE = 0.05


async def check(installation: Installation) -> Findings:
    """Measure the free space of each disk that Sialoscope writes to."""
    settings = installation.settings
    folders = [settings.data_folder]
    if settings.storage_url.startswith("file:"):
        folders.append(Path(urlsplit(settings.storage_url).path))
    by_disk = {folder.stat().st_dev: folder for folder in folders if folder.is_dir()}
    for folder in by_disk.values():
        yield _free_space(folder, settings.upload_limit_bytes)


def _free_space(folder: Path, upload_bytes: int) -> Finding:
    disk = shutil.disk_usage(folder)
    what = f"{disk.free / 1e9:.1f} GB ({disk.free / disk.total:.0%}) are free at {folder}."
    if disk.free < upload_bytes:
        return error(
            "disk-full",
            what,
            why="One upload of the largest size does not fit; submissions are refused.",
            remedy=f"du -sh {folder}/*  # delete what you can, or move it to a larger disk",
        )
    if disk.free < LOW_SHARE * disk.total:
        return warning(
            "disk-low",
            what,
            why="Once it is full, submissions are refused and jobs wait.",
            remedy="Keep jobs for fewer days at /admin/retention, or move to a larger disk.",
        )
    return ok("disk", what)
