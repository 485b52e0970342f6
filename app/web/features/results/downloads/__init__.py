"""The files of a result: how they are made in limited processes, kept and sent."""
