"""Events: published, relayed, listened to."""
