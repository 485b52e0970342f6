"""How users and programs are told about their jobs: e-mail and webhooks."""
