"""How is the law fitted to peaks whose species are not yet certain?"""
