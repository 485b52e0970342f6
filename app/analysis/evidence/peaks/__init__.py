"""The usable peaks of a table as arrays, in blocks, and which of them elute together."""
