"""Jobs: their list, the page of each, and what users do to them."""
