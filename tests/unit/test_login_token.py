"""The login token, as processes that start together make and read it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from app.runtime.login_token import login_token
from app.settings import CannotStartError, Settings

AT_ONCE = 8
ROUNDS = 100


def test_all_processes_that_start_at_once_have_the_same_token(tmp_path: Path) -> None:
    together = Barrier(AT_ONCE)

    def read(settings: Settings) -> str:
        together.wait()
        return login_token(settings)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(ROUNDS):
            settings = Settings(data_folder=tmp_path / str(number))
            (token,) = set(pool.map(read, [settings] * AT_ONCE))
            assert len(token) == 32
            (path,) = settings.data_folder.iterdir()
            assert path.read_text() == token
            assert path.stat().st_mode & 0o777 == 0o600


def test_an_empty_token_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "token").touch()
    with pytest.raises(CannotStartError, match="Delete it"):
        login_token(Settings(data_folder=tmp_path))
