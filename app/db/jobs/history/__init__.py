"""What happened to jobs: the audit trail, the attempts, and how many ended when."""
