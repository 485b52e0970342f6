"""Sends the forms of pages as a browser without JavaScript does."""

import re

import httpx

PASSWORD = "four quiet words here"  # noqa: S105 - no secret
# The field of the page that asks for the password again.
AGAIN = "confirming_password"


def send(
    pages: httpx.Client, path: str, *files: tuple[str, bytes], **form: str | list[str]
) -> httpx.Response:
    """Send a form of a page, and the password again if the page asks for it."""
    answer = send_once(pages, path, *files, **form)
    if answer.status_code == httpx.codes.FORBIDDEN and AGAIN not in form and AGAIN in answer.text:
        return send_once(pages, path, *files, **form, **{AGAIN: PASSWORD})
    return answer


def send_once(
    pages: httpx.Client, path: str, *files: tuple[str, bytes], **form: str | list[str]
) -> httpx.Response:
    """Send a form of a page, with files where it takes some."""
    fields = {"_csrf_token": csrf_token(pages), **form}
    return pages.post(path, data=fields, files=[("file", file) for file in files] or None)


def csrf_token(pages: httpx.Client) -> str:
    """The CSRF token of a page, before a login or after it."""
    return token_in(pages.get("/login").text)


def token_in(page: str) -> str:
    """The CSRF token of the last form of a page."""
    return str(re.findall(r'name="_csrf_token" value="([^"]+)"', page)[-1])


def uploads_in(page: httpx.Response) -> list[str]:
    assert page.is_success, page.text
    return re.findall(r'name="upload" value="(\w+)"', page.text)


def started(page: httpx.Response) -> str:
    """The id of the job that a form started."""
    assert page.is_success, page.text
    return page.url.path.removeprefix("/jobs/")
