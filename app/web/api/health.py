"""The health of this process."""

from litestar import get


@get("/health/live", exclude_from_auth=True, tags=["health"])
async def is_alive() -> dict[str, str]:
    """Whether this process serves requests."""
    return {"status": "alive"}
