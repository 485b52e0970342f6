"""The deployment kit agrees with the program: its settings, commands, and what systemd takes."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from app.settings import Settings, variables
from tests.conftest import ROOT
from tests.settings_table import FILE, defaults, documented, explained, meanings, table

KIT = ROOT / "deploy"
MOST_EXPOSED = 20  # of 100, by systemd's own count; a unit without any hardening has 96
UNITS = sorted((KIT / "systemd").iterdir())


def named_in(file: Path) -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z0-9_]+)=", file.read_text(), re.MULTILINE)


def test_every_setting_stands_in_the_file_once_and_no_other() -> None:
    assert sorted(named_in(FILE)) == sorted(meanings())


def test_the_document_and_the_file_explain_the_settings_as_the_program_does() -> None:
    assert documented() == table(), "Run: .venv/bin/python -m tests.settings_table"
    assert FILE.read_text() == explained(), "Run: .venv/bin/python -m tests.settings_table"


@pytest.mark.parametrize("text", ["README.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))])
def test_a_document_names_no_setting_that_is_not_there(text: str) -> None:
    named = set(re.findall(r"`((?:SIALOSCOPE_[A-Z_]+|[A-Z]+_URL))\b", (ROOT / text).read_text()))
    of_the_client = {"SIALOSCOPE_URL"}
    assert named <= meanings().keys() | of_the_client


def test_rules_for_alerts_name_documented_metrics() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text()
    known = set(re.findall(r"^\| `(sialoscope_\w+)`", page, re.MULTILINE))
    (block,) = re.findall(r"^```yaml\n(groups:.*?)^```", page, re.MULTILINE | re.DOTALL)
    (group,) = yaml.safe_load(block)["groups"]
    for rule in group["rules"]:
        named = re.findall(r"sialoscope_\w+", rule["expr"])
        assert named
        assert {name.removesuffix("_count") for name in named} <= known, rule["alert"]
        assert rule["annotations"]["summary"]


def test_documents_name_only_units_that_are_in_the_kit() -> None:
    known = {each.name.removesuffix(".service") for each in UNITS}
    for page in ROOT.glob("docs/*.md"):
        named = re.findall(r"systemctl [^`\n]*", page.read_text())
        units = {unit for each in named for unit in re.findall(r"sialoscope-\w+@?", each)}
        assert units <= known, page.name


def test_a_default_that_is_explained_is_the_default() -> None:
    assert Settings.from_environment(defaults()) == Settings.from_environment({})


def test_a_field_whose_variable_is_not_set_has_its_default(tmp_path: Path) -> None:
    unset = Settings.from_environment({"SIALOSCOPE_DATA": str(tmp_path)})
    by_folder = {"redis_url", "database_url", "storage_url"}
    for field in variables().keys() - by_folder:
        assert getattr(unset, field) == getattr(Settings(data_folder=tmp_path), field), field


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_takes_each_unit_and_finds_it_well_closed(unit: Path, tmp_path: Path) -> None:
    here = {"/opt/sialoscope/current/.venv/bin": str(Path(sys.executable).parent)}
    text = unit.read_text()
    for place, moved in here.items():
        text = text.replace(place, moved)
    file = tmp_path / unit.name.replace("@.", "@1.")
    file.write_text(text)
    for command in (["verify"], ["security", "--offline=true", f"--threshold={MOST_EXPOSED}"]):
        checked = subprocess.run(
            ["systemd-analyze", *command, str(file)], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert unit.name.partition(".")[0] not in checked.stderr, checked.stderr


def test_a_faulty_web_cannot_take_the_memory_of_the_machine() -> None:
    (web,) = [unit.read_text() for unit in UNITS if unit.name == "sialoscope-web.service"]
    assert re.search(r"^MemoryMax=\d\d%$", web, re.MULTILINE)
    assert re.search(r"^OOMPolicy=continue$", web, re.MULTILINE)


def test_units_containers_and_the_image_run_commands_that_are_there() -> None:
    started = [re.findall(r"^ExecStart=\S+/sialoscope (\w+)$", p.read_text(), re.M) for p in UNITS]
    services = yaml.safe_load((KIT / "compose.yaml").read_text())["services"]
    own = [name for name, service in services.items() if service["image"] == "sialoscope"]
    commands = {command for each in started for command in each}
    assert commands == {"web", "worker", "scheduler"}
    assert {command for name in own for command in services[name]["command"]} == (
        commands | {"migrate"}
    )
    for name in own:
        assert services[name]["command"] == [name.rstrip("0123456789")]
        assert services[name]["environment"].keys() <= meanings().keys()
        assert services[name]["env_file"] == FILE.name
    for command in commands | {"migrate"}:
        said = subprocess.run([sys.executable, "-m", "app.cli", command, "--help"], check=False)
        assert said.returncode == 0


def test_the_scaled_profile_has_two_webs_on_ports_of_their_own_and_three_workers() -> None:
    services = yaml.safe_load((KIT / "compose.yaml").read_text())["services"]
    webs, workers = (
        [service for service in services.values() if service.get("command") == [command]]
        for command in ("web", "worker")
    )
    ports = [port for web in webs for port in web["ports"]]
    assert ports == ["127.0.0.1:8765:8765", "127.0.0.1:8766:8765"]
    assert sum(worker["deploy"]["replicas"] for worker in workers) == 3
    for plain, scaled in (webs, workers):
        assert "profiles" not in plain
        assert scaled["profiles"] == ["scaled"]
        assert scaled["depends_on"] == plain["depends_on"]
    # The document has the line of the second web for nginx.
    assert "server 127.0.0.1:8766;" in (ROOT / "docs" / "operations.md").read_text()


def test_the_image_has_all_that_the_wheel_holds_and_the_tools_of_its_database() -> None:
    image = (KIT / "Dockerfile").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert f"COPY {package} {package}\n" in image
    services = yaml.safe_load((KIT / "compose.yaml").read_text())["services"]
    server = services["postgres"]["image"].removeprefix("postgres:")
    assert f" postgresql-client-{server} " in image


def test_what_containers_mount_wait_for_and_copy_is_there() -> None:
    composed = yaml.safe_load((KIT / "compose.yaml").read_text())
    services = composed["services"]
    for service in services.values():
        assert service.get("depends_on", {}).keys() <= services.keys()
        for place, *_ in (volume.split(":") for volume in service["volumes"]):
            assert place in composed["volumes"] or (KIT / place).is_file()
    [build] = {services[name]["build"]["dockerfile"] for name in ("web", "worker", "migrate")}
    for copied in re.findall(r"^COPY (?!--)(.+) \S+$", (ROOT / build).read_text(), re.MULTILINE):
        assert all((ROOT / each).exists() for each in copied.split())
