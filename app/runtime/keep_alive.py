"""How a connection finds out that the machine at its other end vanished without a word."""

import socket
import sys

# How long a machine may leave what was sent to it without acknowledgement (RFC 5482).
SILENT_S = 20
# Options of TCP: who waits for an answer notices it after that, who only listens after some 25 s.
KEEP_ALIVE: dict[int, int] = (
    {
        socket.TCP_KEEPIDLE: 10,
        socket.TCP_KEEPINTVL: 5,
        socket.TCP_KEEPCNT: 3,
        socket.TCP_USER_TIMEOUT: SILENT_S * 1000,
    }
    if sys.platform == "linux"
    else {}
)
