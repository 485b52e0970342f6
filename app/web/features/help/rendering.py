"""A page of the documentation as HTML, of the Markdown file that `make docs` takes too."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.anchors.index import slugify

from app.runtime.program_files import program_folder
from app.web.features.help.guide import GUIDE
from app.web.features.help.links import place_of

DEEPEST = 3  # as myst_heading_anchors in docs/conf.py
RULE = re.compile(r"Rule \d+(?=, )")
FIGURE = "{raw} html"
PICTURE = re.compile(r":file: figures/(\w+\.svg)\n?")


@dataclass(frozen=True)
class Section:
    """A heading of a page below its title, and the anchor that leads to it."""

    level: int
    title: str
    anchor: str


@dataclass(frozen=True)
class Page:
    """A page as HTML, with its sections in their order."""

    html: str
    sections: Sequence[Section]


@lru_cache(maxsize=len(GUIDE))
def rendered(name: str) -> Page:
    """A page by the name of its file. HTML in the file is shown as text.

    Raises:
        OSError: The file cannot be read.
    """
    text = (program_folder("docs") / f"{name}.md").read_text(encoding="utf-8")
    parser = _parser()
    tokens = list(_with_figures(parser.parse(text)))
    for token in tokens:
        if token.children:
            token.children = list(_with_links_of_the_product(token.children))
    sections = tuple(_sections(tokens))
    return Page(parser.renderer.render(tokens, parser.options, {}), sections)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.use(anchors_plugin, max_level=DEEPEST, slug_func=_anchor_of)
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("code_block", _code)
    parser.add_render_rule("table_open", _start_of_table)
    parser.add_render_rule("table_close", _end_of_table)
    return parser


def _with_figures(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens, each picture in a figure with the paragraph below it as its caption."""
    in_figure, number = False, 0
    for token in tokens:
        picture = PICTURE.fullmatch(token.content) if token.info == FIGURE else None
        if picture:
            in_figure, number = True, number + 1
            yield _html(f"<figure>{_region('Figure', number)}{_drawn(picture[1])}</div>")
            continue
        is_edge = in_figure and token.type in ("paragraph_open", "paragraph_close")
        if is_edge:
            token.tag = "figcaption"
        yield token
        if is_edge and token.nesting < 0:
            in_figure = False
            yield _html("</figure>\n")


def _drawn(picture: str) -> str:
    return (program_folder("docs") / "figures" / picture).read_text(encoding="utf-8")


def _html(content: str) -> Token:
    return Token("html_block", "", 0, content=content)


def _anchor_of(heading: str) -> str:
    """That of the site, but of a rule its number alone, by which results name it."""
    rule = RULE.match(heading)
    return slugify(rule[0] if rule else heading)


def _with_links_of_the_product(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens of a line; a link to what the product does not serve becomes its text alone."""
    keeps = True
    for token in tokens:
        if token.type == "link_open":
            place = place_of(str(token.attrs["href"]))
            keeps = place is not None
            token.attrs["href"] = place or ""
        if keeps or token.type not in ("link_open", "link_close"):
            yield token


def _sections(tokens: Sequence[Token]) -> Iterator[Section]:
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag in ("h2", "h3"):
            words = "".join(part.content for part in tokens[place + 1].children or ())
            yield Section(int(token.tag[1]), words, str(token.attrs["id"]))


def _code(_: RendererHTML, tokens: Sequence[Token], place: int, *__: object) -> str:
    token = tokens[place]
    return f'<pre tabindex="0"><code>{escape(token.content)}</code></pre>\n'


def _start_of_table(_: RendererHTML, tokens: Sequence[Token], place: int, *__: object) -> str:
    number = sum(token.type == "table_open" for token in tokens[: place + 1])
    return f"{_region('Table', number)}<table>\n"


def _region(what: str, number: int) -> str:
    """The start of what scrolls sideways on a narrow page."""
    label = f"{what} {number} of this page"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'


def _end_of_table(*_: object) -> str:
    return "</table></div>\n"
