"""The commands on accounts, shared by the pages, the API and the command line."""
