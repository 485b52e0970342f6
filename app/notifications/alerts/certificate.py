"""Reads when the certificate of an https address ends."""

import asyncio
import ssl
from datetime import datetime
from urllib.parse import urlsplit

ANSWERS_WITHIN_S = 5
HTTPS = 443


async def ends_at(address: str) -> datetime | None:
    """Return when the certificate of an address ends, UTC; None if it cannot be read.

    The certificate is not verified, because one that has ended must be read too, and nothing is
    sent over the connection.
    """
    from cryptography.x509 import load_der_x509_certificate  # 8 MB, for https addresses alone

    parts = urlsplit(address)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            _, writer = await asyncio.open_connection(
                parts.hostname, parts.port or HTTPS, ssl=context, server_hostname=parts.hostname
            )
        try:
            der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        finally:
            writer.close()
        return load_der_x509_certificate(der).not_valid_after_utc
    except (OSError, TimeoutError, ValueError, TypeError):
        return None
