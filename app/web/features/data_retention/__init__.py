"""Data retention: the user's choice, the administrator's limit, and jobs that are kept."""
