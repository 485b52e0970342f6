"""One Sialoscope for all that is thrown at it."""

from collections.abc import Iterator

import pytest

from tests.servers import Sialoscope, running_sialoscope


@pytest.fixture(scope="package")
def server() -> Iterator[Sialoscope]:
    with running_sialoscope({"SIALOSCOPE_UPLOAD_LIMIT_MB": "40"}) as running:
        yield running
