"""Jobs in the database, in rooms by question; the tables and conditions lie below them."""
