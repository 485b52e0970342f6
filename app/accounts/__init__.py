"""What can be done to an account, once for pages, API and the command line."""
