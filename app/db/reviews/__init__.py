"""Reviews of results by several readers, and the sign-off of versions."""
