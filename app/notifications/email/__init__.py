"""E-mails to users: ``queue_email`` puts one into the outbox, a worker sends it by SMTP."""
