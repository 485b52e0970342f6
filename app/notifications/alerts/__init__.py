"""Alerts: operators get one message when the installation has a trouble, and one at its end."""
