"""Where a request comes from: the names of this server, and other pages."""
