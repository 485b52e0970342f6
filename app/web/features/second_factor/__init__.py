"""Second factors: asked for at a login, and set up, renewed and removed by their users."""
