"""What every request goes through: hosts, sessions, security, forms, errors and headers."""
