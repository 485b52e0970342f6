"""Where the socket of the embedded broker is."""

import os
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

# A unix socket's path holds at most 107 bytes on Linux and 103 on macOS (unix(7), unix(4)).
LONGEST_SOCKET_PATH = 100


def broker_socket(data_folder: Path) -> Path:
    """The socket of the embedded broker: in the data folder if its path is short enough."""
    path = data_folder / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = sha256(os.fsencode(data_folder)).hexdigest()[:16]
    return Path(gettempdir()) / f"sialoscope-{os.getuid()}" / f"{name}.sock"
