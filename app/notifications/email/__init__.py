"""Letters to users: ``queue_letter`` puts one into the outbox, a worker sends it by SMTP."""
