"""The YAML that docs/files.md shows works."""

from __future__ import annotations

import re

import pytest

from pii_audit.document import Reader
from pii_audit.sources.format.fixed_width import load_layout
from pii_audit.workspace import load_workspace


@pytest.fixture
def blocks(checkout):
    return re.findall(r"```yaml\n(.*?)```", (checkout / "docs" / "files.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_source_and_the_layout_are_read_without_a_problem(blocks, tmp_path):
    source, layout, retention = blocks
    (tmp_path / "audit.yaml").write_text(f"version: 1\n{source}", encoding="utf-8")
    assert load_workspace(tmp_path).sources[0].layouts
    (tmp_path / "layout.yaml").write_text(layout, encoding="utf-8")
    reader = Reader()
    assert [place.start for place in load_layout(tmp_path / "layout.yaml", reader, shown_as="x").places] == [0, 10, 40]
    assert not reader.problems
    assert "file:modified" in retention
