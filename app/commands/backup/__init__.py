"""Back up and restore an installation, with its database and files, in one archive."""
