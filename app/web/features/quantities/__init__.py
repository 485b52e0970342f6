"""The quantities of a result: their page, their API and their plot."""
