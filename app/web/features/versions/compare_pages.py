"""The page and the API that compare two runs of a table."""

from typing import Any

from litestar import Request

from app.web.http.security import User

AnyRequest = Request[User, Any, Any]
