"""Sialoscope: audited calls for ganglioside LC-MS peak lists."""
