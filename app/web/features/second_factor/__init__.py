"""Second factors: checked at the login, and set up, renewed and removed by their users."""
