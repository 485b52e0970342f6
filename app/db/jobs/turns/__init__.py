"""When a waiting job runs: its priority, the pause of the queue, and the estimated wait."""
