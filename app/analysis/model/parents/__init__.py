"""Which parents can a fragment have, those that were not picked included?"""
