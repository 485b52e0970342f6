"""When does the species of a group elute, by the fitted law?"""
