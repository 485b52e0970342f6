"""The security trail, for administrators: page and API."""
