"""How are effects and smooth curves fitted to noisy times?"""
