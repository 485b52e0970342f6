"""One attempt at a job: claim it, have it analyzed, keep its lease, commit, publish the end."""
