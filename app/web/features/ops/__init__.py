"""How the installation is doing, live, for administrators, and what they can do about it."""
