from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest

from pii_audit.document import Period
from pii_audit.errors import ConfigurationError, UsageError
from pii_audit.model.asset import Asset
from pii_audit.sources import registry
from pii_audit.sources.database.sqlite import SqliteSource
from pii_audit.sources.feed.outbox import OutboxSource
from pii_audit.sources.file_share.local import FolderSource
from pii_audit.sources.interface import Sampling
from pii_audit.sources.registry import open_source


@dataclass(frozen=True)
class Spec:
    kind: str
    url: str
    id: str = "s"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    endpoint: str | None = None
    known_hosts: str | None = None
    identity: str | None = None
    replicas: tuple[str, ...] = ()
    max_load: int | None = None
    layouts: dict[str, str] = field(default_factory=dict)
    max_size: int | None = None
    modified_within: Period | None = None


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
        ("database", "informix://u:geheim@h/d"),
        ("database", "postgresql://u:geheim@h:port/d"),
        ("database", "sqlite://"),
        ("database", "sqlite::memory:"),
        ("file_share", "ftp://u:geheim@h/x"),
        ("file_share", "smb://u:geheim@h"),
        ("file_share", "sftp://u:geheim@"),
        ("file_share", "s3://u:geheim@b/x?other=1"),
        ("feed", "s3://geheim"),
        ("queue", "x"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_can_and_without_the_url(tmp_path, kind, url):
    with pytest.raises(UsageError) as refused:
        open_source(Spec(kind, url), root=tmp_path)
    assert "geheim" not in str(refused.value)
    assert refused.value.todo is not None


def test_the_layouts_of_a_source_are_loaded_and_their_faults_told(tmp_path):
    (tmp_path / "good.yaml").write_text("version: 1\nfields: [{name: phone, width: 11}]\n")
    (tmp_path / "bad.yaml").write_text("version: 1\nfields: []\n")
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "a.dat").write_text("13800138000\n")
    source = open_source(Spec("file_share", "share", layouts={"*.dat": "good.yaml"}), root=tmp_path)
    [asset] = source.assets()
    [(read, _)] = source.open(asset, Sampling())
    assert [field.name for field in read.fields] == ["phone"]
    with pytest.raises(ConfigurationError, match=r"bad.yaml:1:1"):
        open_source(Spec("feed", "share", layouts={"*.dat": "bad.yaml"}), root=tmp_path)


def test_files_beyond_the_limits_on_size_and_age_are_listed_as_skipped(tmp_path):
    for name, size, changed in (
        ("big.txt", 2_000, 2_000_000_000),
        ("old.txt", 5, 1_000_000_000),
        ("a.txt", 5, 2_000_000_000),
    ):
        (tmp_path / name).write_bytes(b"x" * size)
        os.utime(tmp_path / name, (changed, changed))
    spec = Spec("file_share", str(tmp_path), max_size=1_000, modified_within=Period(1, "y"))
    told = {one.asset: one.reason.en for one in open_source(spec, root=tmp_path).assets() if not isinstance(one, Asset)}
    assert told["big.txt"] == "larger than max_size (1000 bytes)"
    assert "modified_within" in told["old.txt"]
    assert set(told) == {"big.txt", "old.txt"}


@pytest.mark.parametrize(("url", "extra"), [("s3://b/a", "s3"), ("sftp://h/a", "sftp"), ("smb://h/s/a", "smb")])
def test_a_share_whose_extra_is_missing_says_what_to_install(tmp_path, monkeypatch, url, extra):
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    with pytest.raises(UsageError) as refused:
        open_source(Spec("file_share", url), root=tmp_path)
    assert f"pip install 'pii-audit[{extra}]'" in str(refused.value.todo)
