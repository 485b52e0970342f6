"""Webhooks: where they may lead, how a call is signed, and how it is made."""
