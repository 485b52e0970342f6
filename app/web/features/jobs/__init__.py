"""Jobs: their list, the page of each, and the actions on them."""
