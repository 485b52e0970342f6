"""The figures of ``docs/science.md``, drawn from analyses of the example and of simulated tables.

``make docs`` runs ``python -m tests.figures`` before it builds the pages, which include the SVG.
"""
