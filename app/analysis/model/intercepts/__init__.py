"""At which intercepts do the peaks of each prefix gather, one for each isomer?"""
