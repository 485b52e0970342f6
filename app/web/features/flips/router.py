"""The handlers of what would change a row."""

from app.web.features.flips import api, pages

HANDLERS = [pages.flips_page, api.show_flips]
