"""Alerts: troubles of the installation that operators are told of once, and of their end."""
