"""Jobs: submitted, queued, run, tried again, found, labelled."""
