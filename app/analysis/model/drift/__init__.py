"""How much later or earlier does each sample elute than the others?"""
