"""The documentation of users, served as pages of the product."""
