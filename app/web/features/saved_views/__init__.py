"""Views of the job list: typed filters saved under names."""
