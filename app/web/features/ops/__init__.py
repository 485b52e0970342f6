"""The state of the installation, live, for administrators, and their actions on it."""
