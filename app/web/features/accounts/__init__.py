"""The pages of accounts: login, the user's own account, links by e-mail, and administration."""
