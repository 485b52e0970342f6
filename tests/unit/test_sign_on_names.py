"""The name that an account gets from the claims of a provider."""

from pathlib import Path
from typing import Any

import pytest

from app.accounts.sign_on.identity import identity_of
from app.settings import Settings
from tests.unit.test_id_token import PROVIDER

ADDRESS = "root@lab.example"


def names(**claims: Any) -> list[str]:  # noqa: ANN401
    settings = Settings(data_folder=Path("unused"), oidc_roles=(("*", "user"),))
    return identity_of({"sub": "u1"} | claims, PROVIDER, settings, id_token="").names


def test_a_verified_address_is_the_best_name() -> None:
    found = names(email=ADDRESS, email_verified=True, preferred_username="grace")
    assert found == [ADDRESS, "grace", "u1"]


@pytest.mark.parametrize("says", [False, "false", None])
@pytest.mark.parametrize("typed", [ADDRESS, "root\uff20lab.example"])
def test_an_address_that_is_not_verified_is_no_name_as_a_user_name_either(
    says: object, typed: str
) -> None:
    found = names(email=ADDRESS, email_verified=says, preferred_username=typed)
    assert found == ["u1"]


def test_a_provider_that_knows_nothing_of_addresses_names_users_as_it_does() -> None:
    """Entra ID has no ``email_verified``, and its administrators give the user names."""
    assert names(email=ADDRESS, preferred_username="ada@lab.example") == ["ada@lab.example", "u1"]
    assert names(email=[ADDRESS], email_verified=True, preferred_username={}) == ["u1"]
