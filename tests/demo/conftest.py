from __future__ import annotations

import pytest

from pii_audit.demo import build


@pytest.fixture(autouse=True)
def config_home(tmp_path_factory, monkeypatch):
    """Keys go to a folder of the test's own, never to the user's."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder


@pytest.fixture
def demo(tmp_path, config_home):
    """The manifest of a demo bank that this test may change."""
    return build(tmp_path / "demo")


@pytest.fixture(scope="session")
def bank(tmp_path_factory):
    """The manifest of a demo bank that all tests read and none changes."""
    folder = tmp_path_factory.mktemp("bank")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        return build(folder / "demo")
