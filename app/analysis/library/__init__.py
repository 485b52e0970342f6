"""A retention library: the law of a finished run as the prior of later runs of its method."""
