"""The metrics of all processes, and how their counts are added up."""
