"""What the client asks the server: a request for each method, and how its answer is read."""
