"""How much an account may have: its quotas, its use of them, and its limits in the queue."""
