"""The project as a whole: what it imports, what it ships, and that its documents name what exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.metadata import entry_points, requires, version
from pathlib import Path

import pytest
import yaml

import pii_audit

HEAVY = ("spacy", "presidio_analyzer", "pandas", "pyarrow", "numpy", "datasketches", "sqlalchemy", "alembic", "rich")


def imported_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after running some code."""
    script = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def test_importing_the_package_costs_nothing() -> None:
    assert imported_by("import pii_audit").isdisjoint({*HEAVY, "yaml"})


def test_help_imports_nothing_heavy() -> None:
    loaded = imported_by(
        "import io, contextlib\n"
        "from pii_audit.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    sys.argv[:] = ['pii-audit', '--help']; main()"
    )
    assert loaded.isdisjoint(set(HEAVY) - {"rich"})


@pytest.mark.parametrize("name", ["audit", "detect_column", "detect_text", "load"])
def test_every_public_name_is_bound_on_first_use(name: str) -> None:
    assert name in dir(pii_audit)
    assert callable(getattr(pii_audit, name))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        pii_audit.nothing_of_the_kind  # noqa: B018


def test_the_version_is_the_distribution_s() -> None:
    assert pii_audit.__version__ == version("pii-audit")


def test_the_command_is_installed() -> None:
    (command,) = (entry for entry in entry_points(group="console_scripts") if entry.name == "pii-audit")
    assert command.value == "pii_audit.cli.main:main"


def test_models_for_names_are_an_extra_and_no_requirement() -> None:
    plain = [line for line in requires("pii-audit") or () if "extra ==" not in line]
    assert not [line for line in plain if line.startswith(("spacy", "presidio"))]


def test_every_dependency_is_pinned_and_the_pins_name_no_registry(checkout: Path) -> None:
    lines = (checkout / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+", pin) for pin in pins)
    pinned = {re.sub(r"[._]", "-", pin.partition("==")[0]).lower() for pin in pins}
    needed = {re.match(r"[A-Za-z0-9._-]+", line)[0] for line in requires("pii-audit") or ()}
    assert {re.sub(r"[._]", "-", name).lower() for name in needed} <= pinned


def test_nothing_that_is_shipped_is_ignored_by_git(checkout: Path) -> None:
    if shutil.which("git") is None or not (checkout / ".git").exists():
        pytest.skip("needs git and a repository")
    shipped = [str(path) for room in ("scanners", "policies", "reports") for path in (checkout / room).rglob("*")]
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        input="\n".join(shipped),
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == ""


def test_every_path_that_contributing_names_exists(checkout: Path) -> None:
    text = (checkout / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:toml|md|txt))`", text)
    assert len(paths) > 10
    assert [path for path in paths if not (checkout / path).exists()] == []


def test_yaml_in_the_documents_parses(checkout: Path) -> None:
    blocks = []
    for name in ("README.md", "CONTRIBUTING.md"):
        blocks += re.findall(r"```yaml\n(.*?)```", (checkout / name).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        assert yaml.safe_load(block) is not None


def test_make_targets_that_the_documents_name_exist(checkout: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (checkout / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"\bmake ([a-z-]+)", (checkout / name).read_text(encoding="utf-8")))
        assert named <= targets


def test_a_skip_for_want_of_a_server_fails_where_servers_are_required(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    (tmp_path / "test_it.py").write_text(
        "import pytest\n@pytest.mark.service\ndef test_it():\n    pytest.skip('no server')\n", encoding="utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir",
        str(tmp_path),
    ]

    def outcome(environment: dict[str, str]) -> int:
        run = subprocess.run(
            [*command, str(tmp_path)], env=environment, cwd=tmp_path, capture_output=True, check=False, timeout=120
        )
        return run.returncode

    path = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(pii_audit.__file__).resolve().parent.parent)}
    assert outcome(path) == 0
    assert outcome({**path, "PII_AUDIT_REQUIRE_SERVICES": "1"}) == 1


def test_a_checkout_is_not_mistaken_for_the_installed_wheel(checkout: Path, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(tmp_path)]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(checkout), "PII_AUDIT_INSTALLED": "1"}
    done = subprocess.run(
        [*command, str(tmp_path)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 4
    assert "the installed wheel is to be tested" in done.stderr
