from __future__ import annotations

from dataclasses import dataclass

import pytest

from pii_audit.errors import UsageError
from pii_audit.model.asset import Asset
from pii_audit.sources.database.sqlite import SqliteSource
from pii_audit.sources.feed.outbox import OutboxSource
from pii_audit.sources.file_share.local import FolderSource
from pii_audit.sources.registry import open_source


@dataclass(frozen=True)
class Spec:
    kind: str
    url: str
    id: str = "s"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@pytest.mark.parametrize(
    "url", ["core.db", "sqlite:core.db", "sqlite:///core.db", "sqlite:{root}/core.db", "sqlite:///{root}/core.db"]
)
def test_every_way_to_write_an_sqlite_file_opens_it(tmp_path, url):
    (tmp_path / "core.db").write_bytes(b"")
    source = open_source(Spec("database", url.format(root=tmp_path)), root=tmp_path)
    assert isinstance(source, SqliteSource)
    assert list(source.assets()) == []


@pytest.mark.parametrize("url", ["share", "share/", "{root}/share", "file://{root}/share", "file://{root}/sh%61re"])
def test_every_way_to_write_a_folder_opens_it_relative_to_the_workspace(tmp_path, url):
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "a.txt").write_text("x")
    spec = Spec("file_share", url.format(root=tmp_path))
    [asset] = open_source(spec, root=tmp_path).assets()
    assert isinstance(asset, Asset)


def test_kinds_open_what_they_are_called_for(tmp_path):
    assert isinstance(open_source(Spec("feed", "out", ignore=("*.ok",)), root=tmp_path), OutboxSource)
    assert type(open_source(Spec("file_share", "x"), root=tmp_path)) is FolderSource


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("database", "oracle://u:geheim@h/d"),
        ("database", "postgresql://u:geheim@h:port/d"),
        ("database", "sqlite://"),
        ("database", "sqlite::memory:"),
        ("file_share", "smb://u:geheim@h/x"),
        ("feed", "s3://geheim"),
        ("queue", "x"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_can_and_without_the_url(tmp_path, kind, url):
    with pytest.raises(UsageError) as refused:
        open_source(Spec(kind, url), root=tmp_path)
    assert "geheim" not in str(refused.value)
    assert refused.value.todo is not None
