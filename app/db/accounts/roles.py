"""The roles of accounts: what each may see and change.

A user works with their own jobs. A viewer sees what an administrator sees, and changes nothing. An
administrator manages accounts and the operation.
"""

USER, VIEWER, ADMIN = "user", "viewer", "admin"
# From the fewest rights to the most.
ROLES = (USER, VIEWER, ADMIN)
# They see accounts, the operation, and the state of the jobs of all.
SEE_OPERATIONS = (VIEWER, ADMIN)
