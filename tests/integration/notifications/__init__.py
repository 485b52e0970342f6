"""Alerts, e-mails and webhook calls."""
