"""The API as a whole, the client, the command line and the notebook."""
