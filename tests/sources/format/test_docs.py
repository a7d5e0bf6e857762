"""The YAML that docs/files.md shows works."""

from __future__ import annotations

import re

import pytest

from pii_audit.document import Reader
from pii_audit.sources.file_share.remote import RemoteShare
from pii_audit.sources.format.fixed_width import load_layout
from pii_audit.sources.registry import open_source
from pii_audit.workspace import load_workspace


@pytest.fixture
def blocks(checkout):
    return re.findall(r"```yaml\n(.*?)```", (checkout / "docs" / "files.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_sources_that_are_on_servers_are_read_without_a_problem(blocks, tmp_path):
    servers = [block for block in blocks[1:] if block.startswith("sources:")]
    (tmp_path / "keys").mkdir()
    for name in ("known_hosts", "keys/audit"):
        (tmp_path / name).write_text("", encoding="utf-8")
    for block in servers:
        (tmp_path / "audit.yaml").write_text(f"version: 1\n{block}", encoding="utf-8")
        [source] = load_workspace(tmp_path).sources
        assert isinstance(open_source(source, root=tmp_path), RemoteShare)
    assert len(servers) > 1


def test_the_source_and_the_layout_are_read_without_a_problem(blocks, tmp_path):
    source, layout, *_, retention = blocks
    (tmp_path / "audit.yaml").write_text(f"version: 1\n{source}", encoding="utf-8")
    assert load_workspace(tmp_path).sources[0].layouts
    (tmp_path / "layout.yaml").write_text(layout, encoding="utf-8")
    reader = Reader()
    assert [place.start for place in load_layout(tmp_path / "layout.yaml", reader, shown_as="x").places] == [0, 10, 40]
    assert not reader.problems
    assert "file:modified" in retention
