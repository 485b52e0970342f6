"""The form fields of submissions, for pages and programs."""
