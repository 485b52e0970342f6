"""Sign-on by an OpenID provider: who it says that a user is, and which role they get."""
