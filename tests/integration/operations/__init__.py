"""Starting, stopping, watching and repairing an installation."""
