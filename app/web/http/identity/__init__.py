"""Who sends a request: cookies, sessions, tokens, and what each may do."""
