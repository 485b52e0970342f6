"""TCP options with which a connection notices that the machine at its other end is gone."""

import socket
import sys

# How long sent data may stay unacknowledged before the connection ends (RFC 5482).
SILENT_S = 20
# A connection that waits for an answer notices the loss after SILENT_S, an idle one after 25 s.
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
