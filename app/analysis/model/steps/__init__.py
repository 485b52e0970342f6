"""What does one step of the glycan do to retention?"""
