"""The proof bundle of a run: what it holds, that any change is found, and that it repeats."""

import asyncio
import json
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile

import httpx
import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rocrate.rocrate import ROCrate

from app.accounts.signer import Signer
from app.analysis.reading.table_size import MOST_ROWS
from app.db.signing_keys import signing_keys
from app.proof.archive_size import MOST_BYTES_OF_OTHERS, MOST_FILES
from app.proof.checks import checks, open_bundle
from app.proof.contents import METADATA, ROWS
from app.proof.signed_file import (
    COMMENT_BYTES,
    is_signed_by,
    public_key_of,
    read_public_key,
    sign,
)
from tests.commands import forked_command
from tests.integration.api import SMALL, finished, submit
from tests.servers import Sialoscope

TRIES = 400


@pytest.fixture(scope="module")
def bundle(server: Sialoscope, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of one run."""
    with server.client() as client:
        job_id = submit(client, SMALL)
        finished(client, job_id)
        answer = client.get(f"/api/v1/jobs/{job_id}/bundle").raise_for_status()
    path = tmp_path_factory.mktemp("bundle") / "proof.zip"
    path.write_bytes(answer.content)
    assert answer.headers["Content-Disposition"].endswith('-v1-proof.zip"')
    return path


def verify(path: Path, *options: str) -> tuple[int, str]:
    """Run the command where no server and no data folder is, as a reader of the bundle would."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(path.parent)}
    done = forked_command("verify", str(path), *options, environment=environment)
    return done.returncode, done.stdout + done.stderr


def test_a_bundle_holds_and_its_analysis_gives_the_same_rows(
    bundle: Path, client: httpx.Client
) -> None:
    keys = client.get("/api/v1/signing-keys").json()["keys"]
    pem = bundle.with_name("key.pem")
    pem.write_text(keys[0]["public_key"])
    code, said = verify(bundle, "--key", str(pem))
    assert code == 0, said
    assert said.count("holds  ") == 5
    assert said.endswith("proof.zip holds.\n")
    assert keys[0]["fingerprint"] in said
    assert "gives the same rows" in said


def test_the_list_of_keys_is_taken_as_the_server_answers_it(
    bundle: Path, server: Sialoscope, tmp_path: Path
) -> None:
    """It needs no login, as a referee of a paper has none."""
    answer = httpx.get(f"{server.url}/api/v1/signing-keys", timeout=60).json()
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(answer))
    code, said = verify(bundle, "--key", str(file), "--no-rerun")
    assert code == 0, said
    assert "Only the bundle says whose key" not in said
    other = public_key_of(Ed25519PrivateKey.generate().public_key()).pem.decode()
    newer = {"public_key": other, "fingerprint": "", "created_at": ""}
    file.write_text(json.dumps({"keys": [newer, *answer["keys"]]}))
    assert verify(bundle, "--key", str(file), "--no-rerun")[0] == 0, "an older key signed it"
    file.write_text(json.dumps({"keys": [newer]}))
    code, said = verify(bundle, "--key", str(file), "--no-rerun")
    assert code == 1
    assert "or another installation signed it" in said


def test_a_bundle_is_an_ro_crate_that_says_who_did_what(bundle: Path) -> None:
    crate = ROCrate(bundle)
    (run,) = crate.root_dataset["mentions"]
    assert run.type == "CreateAction"
    assert run["object"].id == "table.csv"
    assert run["result"].id == "rows.parquet"
    assert run["instrument"]["name"] == "Sialoscope"
    assert run["startTime"] < run["endTime"]
    with ZipFile(bundle) as archive:
        assert archive.read("table.csv") == SMALL
        trail = json.loads(archive.read("trail.json"))
        assert [entry["what"] for entry in trail] == ["submitted", "started", "succeeded"]


def test_one_changed_byte_anywhere_is_found(bundle: Path, tmp_path: Path) -> None:
    """At random places, and at each byte of the signature itself."""
    whole, changed = bundle.read_bytes(), tmp_path / "changed.zip"
    with ZipFile(bundle) as archive:
        pem = archive.read("signing-key.pem")
    chance = Random(7)
    places = [chance.randrange(len(whole)) for _ in range(TRIES)]
    places += range(len(whole) - COMMENT_BYTES, len(whole))
    for place in places:
        for flipped in (1, 0x20):  # 0x20 makes a letter of the signature a capital
            changed.write_bytes(
                whole[:place] + bytes([whole[place] ^ flipped]) + whole[place + 1 :]
            )
            assert not is_signed_by(changed, pem), place
    for cut in (whole[:-1], whole + b"\0", whole[COMMENT_BYTES:]):
        changed.write_bytes(cut)
        assert not is_signed_by(changed, pem)


def test_a_bundle_that_somebody_else_signs_again_is_not_the_installation_s(
    bundle: Path, client: httpx.Client, tmp_path: Path
) -> None:
    other, forged = Ed25519PrivateKey.generate(), tmp_path / "forged.zip"
    with ZipFile(bundle) as old, ZipFile(forged, "w") as new:
        for name in old.namelist():
            is_key = name == "signing-key.pem"
            new.writestr(name, public_key_of(other.public_key()).pem if is_key else old.read(name))
    sign(forged, other)
    pem = tmp_path / "key.pem"
    pem.write_text(client.get("/api/v1/signing-keys").json()["keys"][0]["public_key"])
    code, said = verify(forged, "--key", str(pem), "--no-rerun")
    assert code == 1
    assert "FAILS  The bundle is not what the key that you gave signed" in said
    assert "signing-key.pem is not the file that the metadata describe" in said


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("table.csv", "The table is not the one that the run was given."),
        ("rows.parquet", "The rows cannot be read."),
    ],
)
def test_each_part_is_checked_by_itself(
    bundle: Path, tmp_path: Path, name: str, sentence: str
) -> None:
    changed = tmp_path / "changed.zip"
    with ZipFile(bundle) as old, ZipFile(changed, "w") as new:
        for each in old.namelist():
            content = old.read(each)
            new.writestr(each, content[:-1] + b"0" if each == name else content)
    found = [check.sentence for check in checks(open_bundle(changed), None) if not check.holds]
    assert sentence in found
    assert f"{name} is not the file that the metadata describe." in found


def test_files_that_are_no_bundles_are_refused_in_a_sentence(tmp_path: Path) -> None:
    for content in (b"", b"PK", b"Name,RT\n"):
        path = tmp_path / "file.zip"
        path.write_bytes(content)
        code, said = verify(path)
        assert code == 1
        assert "is no proof bundle, or it is damaged" in said
    code, said = verify(tmp_path / "missing.zip")
    assert code == 1
    assert "cannot be read: No such file or directory." in said
    key = tmp_path / "key.pem"
    key.write_text("no key")
    path.write_bytes(b"Name,RT\n")
    for text in ("no key", '{"keys": []}', '{"keys": [{"public_key": "no key"}]}'):
        key.write_text(text)
        code, said = verify(path, "--key", str(key))
        assert code == 1
        assert "The file of the key has no public key." in said


def test_a_bundle_that_unpacks_to_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A few megabytes of it took all memory of the machine."""
    path = tmp_path / "bomb.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr(METADATA, b" " * (MOST_BYTES_OF_OTHERS + 1))
    code, said = verify(path)
    assert (code, f"Its '{METADATA}' has 100,000,001 bytes" in said) == (1, True), said
    with ZipFile(path, "w") as archive:
        for number in range(MOST_FILES + 1):
            archive.writestr(f"table-{number}", b"")
    assert "It has 21 files" in verify(path)[1]


def test_rows_without_end_are_not_read(bundle: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.zip"
    endless = tmp_path / "endless.parquet"
    pl.select(pl.repeat(1, MOST_ROWS + 1, dtype=pl.UInt8)).write_parquet(endless)
    assert endless.stat().st_size < 1_000_000
    with ZipFile(bundle) as before, ZipFile(changed, "w") as after:
        for name in before.namelist():
            after.writestr(name, endless.read_bytes() if name == ROWS else before.read(name))
    said = [check.sentence for check in checks(open_bundle(changed), None)]
    assert "The rows cannot be read." in said


def test_a_job_without_a_result_has_no_bundle(server: Sialoscope, client: httpx.Client) -> None:
    with server.held_analysis():
        job_id = submit(client, SMALL)
        answer = client.get(f"/api/v1/jobs/{job_id}/bundle")
    assert answer.status_code == 409
    finished(client, job_id)


def test_the_key_in_the_bundle_is_read_and_shown(bundle: Path) -> None:
    with ZipFile(bundle) as archive:
        key = read_public_key(archive.read("signing-key.pem"))
    code, said = verify(bundle, "--no-rerun")
    assert code == 0
    assert f"{key.fingerprint} signed it. Only the bundle says whose key" in said


def test_bundles_of_cohorts_choices_and_overrides_repeat_too(
    client: httpx.Client, tmp_path: Path
) -> None:
    """What people chose and changed is in the bundle, not only the table."""
    files = [("file", (f"{name}.csv", SMALL)) for name in ("brain", "liver")]
    cohort = (
        client.post("/api/v1/cohorts", files=files, data={"name": "Two"})
        .raise_for_status()
        .json()["job_id"]
    )
    chosen = submit(
        client,
        b"Lipid;t;Volume\nGM1(36:1;O2);606;1000\nGM3(36:1;O2);636;2000\n",
        name_column="Lipid",
        rt_column="t",
        rt_unit="s",
    )
    finished(client, chosen)
    overrides = [{"row": 1, "call": "invalid", "reason": "carry-over"}]
    refit = client.post(f"/api/v1/jobs/{chosen}/refit", json={"overrides": overrides}).json()
    for job_id in (cohort, refit["job_id"]):
        assert finished(client, job_id)["status"] == "succeeded"
        path = tmp_path / f"{job_id}.zip"
        path.write_bytes(client.get(f"/api/v1/jobs/{job_id}/bundle").content)
        code, said = verify(path)
        assert code == 0, said
        assert "gives the same rows" in said


@pytest.mark.usefixtures("database")
def test_the_private_key_is_encrypted_and_a_new_token_makes_a_new_one() -> None:
    async def keys() -> tuple[Ed25519PrivateKey, Ed25519PrivateKey, Ed25519PrivateKey]:
        one = Signer("one token")
        return await one.key(), await one.key(), await Signer("another token").key()

    first, again, other = asyncio.run(keys())
    listed = {key.fingerprint: key.sealed_key for key in asyncio.run(signing_keys())}
    assert first.private_bytes_raw() == again.private_bytes_raw() != other.private_bytes_raw()
    assert set(listed) == {public_key_of(key.public_key()).fingerprint for key in (first, other)}
    assert first.private_bytes_raw().hex() not in "".join(listed.values())
