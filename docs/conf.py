"""The documentation as a site, built by Sphinx from the Markdown pages of this folder."""

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "Sialoscope"
copyright = "the authors of Sialoscope, under the MIT licence"
extensions = ["myst_parser"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Sialoscope"
html_copy_source = False


def setup(app: Sphinx) -> None:
    """Show tables of text as they are."""
    for kind in ("csv", "tsv"):
        app.add_lexer(kind, TextLexer)
