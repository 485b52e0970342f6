"""The sign-off that locks a version."""
