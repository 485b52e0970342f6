"""Sialoscope: audited calls for ganglioside LC-MS peak lists."""

from app.late_modules import load_late

load_late()
