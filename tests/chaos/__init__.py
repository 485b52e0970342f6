"""Faults of real processes, and the proof that no job, event or result is lost by them.

A fault (``faults/``) injects itself into a running installation (``installation.py``) while jobs
are submitted and followed (``load.py``, ``follower.py``). How each of them ended is then counted
(``count.py``), also by a trail that the database itself keeps (``trail.py``).
"""
