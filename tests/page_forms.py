"""What a browser without JavaScript does with the forms of the pages, in the words of the tests."""

import re

import httpx


def send(
    pages: httpx.Client, path: str, *files: tuple[str, bytes], **form: str | list[str]
) -> httpx.Response:
    """Send a form of a page, with files where it takes some."""
    fields = {"_csrf_token": pages.cookies.get("csrftoken", ""), **form}
    return pages.post(path, data=fields, files=[("file", file) for file in files] or None)


def uploads_in(page: httpx.Response) -> list[str]:
    assert page.is_success, page.text
    return re.findall(r'name="upload" value="(\w+)"', page.text)
