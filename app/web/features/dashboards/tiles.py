"""Tiles that other sites embed: progress of a job, counts, and last results.

The page of a tile shows nothing by itself. Its script reads the stream token from the fragment of
the address, which browsers send to no server, so no log has it.
"""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.response import Template

from app.db.accounts.stream_tokens import NewStreamToken, Opens
from app.db.accounts.tables import StreamToken

# The name of each tile, by the word in its address.
TILES = {"progress": "Progress of a job", "counts": "Jobs by state", "results": "Last results"}
HEIGHTS_PX = {"progress": 120, "counts": 120, "results": 260}


class Snippet(NamedTuple):
    """A tile to copy: as a frame, and as HTML for a page that loads the script itself."""

    title: str
    page: str
    frame: str
    html: str


@get(
    "/tiles/{tile:str}",
    include_in_schema=False,
    opt={"exclude_from_auth": True, "skip_session": True},
)
async def tile_page(request: Request[Any, Any, Any], tile: str) -> Template:
    """The page of a tile, which pages of the listed origins may show in a frame."""
    if tile not in TILES:
        raise NotFoundException
    ancestors = " ".join(("'self'", *request.app.state.settings.stream_origins))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return Template(
        "pages/tile.html", context={"tile": tile, "title": TILES[tile]}, headers=headers
    )


def snippets_of(made: NewStreamToken, address: str) -> list[Snippet]:
    """The tiles that a new token opens."""
    opens = Opens(made.token.opens)
    if opens == Opens.JOB:
        return [_snippet("progress", made, address)]
    return [_snippet(tile, made, address) for tile in ("counts", "results")]


def _snippet(tile: str, made: NewStreamToken, address: str) -> Snippet:
    which = _which(made.token)
    page = f"{address}/tiles/{tile}#{urlencode({**which, 'token': made.secret})}"
    data = "".join(f' data-{name}="{value}"' for name, value in which.items())
    shown = page.replace("&", "&amp;")
    return Snippet(
        title=TILES[tile],
        page=page,
        frame=(
            f'<iframe src="{shown}" title="{TILES[tile]}" width="360" height="{HEIGHTS_PX[tile]}">'
            "</iframe>"
        ),
        html=(
            f'<div data-sialoscope="{tile}"{data} data-token="{made.secret}"></div>\n'
            f'<script src="{address}/static/tile.js" defer></script>'
        ),
    )


def _which(token: StreamToken) -> dict[str, str]:
    """The job or the tag of a token, under the name that the script of tiles reads."""
    return {} if token.opens == Opens.ALL else {token.opens: token.what}


HANDLERS = [tile_page]
