"""Why the times of a table cannot confirm labels, in warnings for the user."""
