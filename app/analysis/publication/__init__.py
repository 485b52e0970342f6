"""What a paper needs of a run: paragraphs, the list of species, a checklist, citations."""
