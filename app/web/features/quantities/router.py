"""The handlers of quantities."""

from app.web.features.quantities import api, pages

HANDLERS = [pages.quantity_page, api.show_quantities]
