"""The handlers of uploads: previews, submissions, batches and cohorts."""

from app.web.features.uploads import api, pages

HANDLERS = [*pages.HANDLERS, *api.HANDLERS]
