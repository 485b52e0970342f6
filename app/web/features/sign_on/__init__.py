"""Sign-on by an OpenID provider: the way there and back."""
