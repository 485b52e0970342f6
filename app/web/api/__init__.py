"""The HTTP API, one module a noun; docs/api.md says what it promises."""
