"""Tests of the promises Sialoscope makes."""
