"""Commands that use a running server over its HTTP API, on this machine or another."""
