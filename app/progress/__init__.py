"""Progress events: published by workers, relayed by the web."""
