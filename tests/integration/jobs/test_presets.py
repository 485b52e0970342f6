"""Settings that are kept under a name, in the store and through API and pages."""

import asyncio

import httpx
import pytest

from app.db.presets import PresetError, PresetNotFoundError, PresetStore
from tests.integration.api import SMALL
from tests.page_forms import send, uploads_in


@pytest.mark.usefixtures("database")
def test_owners_see_their_own_presets_one_for_each_name() -> None:
    async def work() -> None:
        presets = PresetStore()
        first = await presets.save(" long  column ", {"rt_tolerance_min": 0.2}, owner="ada")
        await presets.save("a", {}, owner="ada")
        await presets.save("long column", {}, owner="bob")
        again = await presets.save("long column", {"rt_tolerance_min": 0.3}, owner="ada")
        assert again.id == first.id
        assert [preset.name for preset in await presets.all(owner="ada")] == ["a", "long column"]
        kept = await presets.get(first.id, owner="ada")
        assert "0.3" in kept.settings
        for lost in (presets.get, presets.delete):
            with pytest.raises(PresetNotFoundError):
                await lost(first.id, owner="bob")
        await presets.delete(first.id, owner="ada")
        assert [preset.name for preset in await presets.all(owner="ada")] == ["a"]
        assert len(await presets.all(owner="bob")) == 1

    asyncio.run(work())


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x07b"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(PresetError, match="name of 1 to 60"):
        asyncio.run(PresetStore().save(name, {}, owner="ada"))


@pytest.mark.usefixtures("database")
def test_an_owner_has_so_many_presets_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        monkeypatch.setattr("app.db.presets.MOST_PRESETS", 2)
        presets = PresetStore()
        for name in ("a", "b", "b"):
            await presets.save(name, {}, owner="ada")
        with pytest.raises(PresetError, match="delete one before"):
            await presets.save("c", {}, owner="ada")

    asyncio.run(work())


def test_a_program_saves_lists_and_deletes_presets(client: httpx.Client) -> None:
    answer = client.post("/api/v1/presets", json={"name": "by API", "rt_tolerance": 0.2})
    assert answer.status_code == httpx.codes.CREATED
    saved = answer.json()
    assert saved["settings"]["rt_tolerance"] == 0.2
    assert saved["settings"]["r2_threshold"] == 0.75
    assert saved in client.get("/api/v1/presets").json()["presets"]
    assert client.delete(f"/api/v1/presets/{saved['id']}").is_success
    assert saved not in client.get("/api/v1/presets").json()["presets"]
    assert client.delete(f"/api/v1/presets/{saved['id']}").status_code == httpx.codes.NOT_FOUND


@pytest.mark.parametrize(
    ("preset", "sentence"),
    [
        ({"name": ""}, "Give the preset a name"),
        ({"name": "x", "rt_tolerance": 9}, "rt_tolerance is 9; it must lie between"),
        ({"name": "x", "tolerance": 1}, "tolerance"),
    ],
)
def test_a_preset_that_cannot_be_used_is_reported(
    client: httpx.Client, preset: dict[str, object], sentence: str
) -> None:
    answer = client.post("/api/v1/presets", json=preset)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert sentence in answer.json()["detail"]


def test_presets_work_on_the_pages_and_keep_the_upload(
    pages: httpx.Client, client: httpx.Client
) -> None:
    (upload,) = uploads_in(send(pages, "/preview", ("peaks.csv", SMALL)))
    page = send(pages, "/presets", upload=upload, preset_name="by page", rt_tolerance="0.31")
    assert uploads_in(page) == [upload]
    assert "Settings of by page" in page.text
    (preset,) = [
        it for it in client.get("/api/v1/presets").json()["presets"] if it["name"] == "by page"
    ]
    home = pages.get("/", params={"preset": preset["id"]})
    assert 'value="0.31"' in home.text
    after = send(pages, f"/presets/{preset['id']}/delete", rt_tolerance="0.32")
    assert "by page" not in after.text
    assert 'value="0.32"' in after.text
    gone = pages.get("/", params={"preset": preset["id"]})
    assert gone.status_code == httpx.codes.NOT_FOUND
