"""The table of settings: sign-on by an OpenID provider."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.settings.errors import SettingError
from app.settings.kinds import Kind, stripped, url, words, yes_or_no
from app.settings.variable import setting

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def issuer_url(name: str, given: str) -> str:
    """The address of a provider; plain http only on this machine, where nobody can listen.

    Raises:
        SettingError: The text is no such address.
    """
    address: str = url("https://", "http://")(name, given)
    if address.startswith("http://") and urlsplit(address).hostname not in LOOPBACK:
        raise SettingError(
            f"{name} must begin with https://, so that nobody can read or change it."
        )
    return address


def file_text(name: str, given: str) -> str:
    """The content of a file, without blanks around it.

    Raises:
        SettingError: The file cannot be read, or is empty.
    """
    try:
        content = Path(given.strip()).read_text().strip()
    except (OSError, ValueError) as error:
        raise SettingError(f"{name}: the file cannot be read: {error}.") from None
    if not content:
        raise SettingError(f"{name}: the file is empty.")
    return content


def role_of_groups(*roles: str) -> Kind:
    """Pairs such as ``group=role`` between commas."""

    def read(name: str, given: str) -> tuple[tuple[str, str], ...]:
        pairs = [
            tuple(part.strip() for part in word.rpartition("=")) for word in words(name, given)
        ]
        for group, _, role in pairs:
            if not group or role not in roles:
                raise SettingError(
                    f"{name} must be like group=role,group=role, with the roles "
                    f"{', '.join(roles)}; * stands for all users."
                )
        return tuple((group, role) for group, _, role in pairs)

    return read


@dataclass(frozen=True, kw_only=True)
class SignOnSettings:
    """The provider, the client that this server is there, and who gets which role."""

    has_passwords: bool = setting(
        "SIALOSCOPE_LOCAL_ACCOUNTS",
        yes_or_no,
        "false: nobody logs in with a password, only by the provider of `SIALOSCOPE_OIDC_ISSUER`",
        default="true",
    )
    oidc_issuer: str = setting(
        "SIALOSCOPE_OIDC_ISSUER",
        issuer_url,
        "The OpenID provider, as it writes its own address, such as https://login.lab.example; if "
        "unset, there is no sign-on",
    )
    oidc_name: str = setting(
        "SIALOSCOPE_OIDC_NAME",
        stripped,
        "Name of the provider on the login page, as in Sign in with NAME; if unset, its host",
    )
    oidc_client_id: str = setting(
        "SIALOSCOPE_OIDC_CLIENT_ID",
        stripped,
        "Id of this server at the provider; required with a provider",
    )
    oidc_client_secret: str = setting(
        "SIALOSCOPE_OIDC_CLIENT_SECRET",
        stripped,
        "Secret of this server at the provider; a public client has none",
        secret=True,
    )
    oidc_secret_of_file: str = setting(
        "SIALOSCOPE_OIDC_CLIENT_SECRET_FILE",
        file_text,
        "File with that secret, instead of the secret itself",
        secret=True,
    )
    oidc_scopes: tuple[str, ...] = setting(
        "SIALOSCOPE_OIDC_SCOPES",
        words,
        "Scopes to ask for, separated by commas; some providers send groups only for a scope",
        default="openid,email,profile",
    )
    oidc_group_claim: str = setting(
        "SIALOSCOPE_OIDC_GROUP_CLAIM",
        stripped,
        "The claim with the groups of a user",
        default="groups",
    )
    oidc_roles: tuple[tuple[str, str], ...] = setting(
        "SIALOSCOPE_OIDC_ROLES",
        role_of_groups("user", "viewer", "admin"),
        "Role of each group, such as lab-admins=admin,lab=user; * means everybody. Users get the "
        "role with the most rights, and without one they are refused. Required with a provider",
        unset=(),
    )

    @property
    def oidc_secret(self) -> str:
        """The secret of the client, from the environment or a file; empty for a public client."""
        return self.oidc_client_secret or self.oidc_secret_of_file

    @property
    def provider_name(self) -> str:
        """What users call the provider."""
        return self.oidc_name or urlsplit(self.oidc_issuer).netloc
