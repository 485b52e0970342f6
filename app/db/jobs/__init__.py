"""Jobs in the database, with their attempts, audit trail and shares."""
