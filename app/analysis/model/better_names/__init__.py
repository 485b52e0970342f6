"""Which other species of its mass is a peak that does not fit its label?"""
