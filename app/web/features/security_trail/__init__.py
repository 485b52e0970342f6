"""The security trail, for administrators: a page and an API that read it."""
