"""The tables of the security trail and of the keys that sign proof bundles."""

from piccolo.columns import JSON, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class SecurityEvent(Table):
    """An entry of the security trail, which nobody can change or delete; ``at`` is UTC.

    ``actor`` is the id of the account that acted, and ``about`` the id of the account concerned.
    Each has its name at that time, because the account may be deleted. Either id can be empty.
    """

    id = Serial(primary_key=True)
    at = Timestamptz()
    kind = Varchar(length=40)
    actor = Varchar(length=64)
    actor_name = Varchar(length=254)
    about = Varchar(length=64)
    about_name = Varchar(length=254)
    address = Varchar(length=64)
    detail = JSON()


class SigningKey(Table):
    """A key pair that signs proof bundles; ``created_at`` is UTC.

    ``fingerprint`` is the SHA-256 of the public key, which people compare. ``sealed_key`` is the
    private key, encrypted with a key that is derived from the installation's token.
    """

    fingerprint = Varchar(length=80, primary_key=True, default="")
    public_pem = Text()
    sealed_key = Text()
    created_at = Timestamptz()
