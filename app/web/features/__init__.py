"""The features of the pages and the API, a folder each."""
