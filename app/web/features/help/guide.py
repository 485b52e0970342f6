"""Which pages of the documentation a user reads in the product, and what each is for."""

GUIDE = {
    "using": ("Using the pages", "from a table to calls that you can publish, step by step"),
    "formats": ("Which export to make", "for MS-DIAL, MZmine, Skyline and other programs"),
    "limits": ("What it cannot know", "which conclusions a call allows, and which it does not"),
    "science": ("The science", "how a label is tested, with each rule and formula"),
    "glossary": ("Glossary", "each word and what it means here"),
    "mztab-m": ("mzTab-M", "what stands in that export"),
    "api": ("The HTTP API", "for programs and dashboards"),
}
"""By the name of its file in ``docs``: the title of a page, and what it is for."""
