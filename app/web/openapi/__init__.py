"""The description of the API by OpenAPI, and the page that shows it."""
