"""Sialoscope: audited calls for ganglioside LC-MS peak lists."""

from importlib.metadata import version

__version__ = version("sialoscope")
