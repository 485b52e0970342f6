"""A page of the documentation as HTML, of the Markdown file that `make docs` takes too."""

import re
from collections.abc import Iterator, Sequence
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
PARAGRAPH = 3  # tokens: its start, its text, its end


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
    tokens = list(_without_figures(parser.parse(text)))
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


def _without_figures(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens without the figures, which only the built site has, and their captions."""
    caption = 0
    for token in tokens:
        if token.type == "fence" and token.info == FIGURE:
            caption = PARAGRAPH
        elif caption:
            caption -= 1
        else:
            yield token


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
    label = f'aria-label="Table {number} of this page"'
    return f'<div class="scroll" tabindex="0" role="region" {label}><table>\n'


def _end_of_table(*_: object) -> str:
    return "</table></div>\n"
