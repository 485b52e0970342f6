"""Sialoscope: audited calls for ganglioside LC-MS peak lists."""

from app.runtime.late_modules import load_late

load_late()
