"""Notifications when jobs end: e-mail and webhooks."""
