"""The queue between web and workers, and the registry of the workers."""
