"""The commands on jobs, shared by the pages, the API and the workers."""
