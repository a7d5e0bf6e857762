"""What is said of a source that is not there is told from what is said of one that keeps us out."""

from __future__ import annotations

import os
import socket

import pytest

from pii_audit.errors import Position
from pii_audit.sources.interface import Absent
from pii_audit.sources.registry import open_source
from pii_audit.workspace import Source


@pytest.fixture
def reason(tmp_path):
    """Why nothing of a source can be read."""

    def told(kind, url, **more):
        source = open_source(Source("s", Position("audit.yaml"), kind, url, **more), root=tmp_path)
        try:
            [row] = source.assets()
        finally:
            source.close()
        return row.reason

    return told


@pytest.fixture
def silent():
    """A port of this machine at which nothing answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("file_share", "nowhere/"),
        ("feed", "nowhere/"),
        ("database", "sqlite:nowhere.db"),
        ("database", "duckdb:///nowhere.db"),
        ("database", "postgresql://u:p@127.0.0.1:{port}/d"),
        ("database", "mysql://u:p@127.0.0.1:{port}/d"),
        ("file_share", "sftp://u:p@127.0.0.1:{port}/in"),
        ("file_share", "smb://u:p@127.0.0.1:{port}/share"),
    ],
)
def test_a_place_that_is_not_there_or_at_which_nothing_answers_is_told_as_such(reason, silent, kind, url):
    assert isinstance(reason(kind, url.format(port=silent)), Absent)


def test_an_object_store_that_does_not_answer_is_told_as_such(reason, silent):
    assert isinstance(reason("file_share", "s3://k:p@bucket/", endpoint=f"http://127.0.0.1:{silent}"), Absent)


def test_a_folder_that_may_not_be_listed_is_there(reason, tmp_path, monkeypatch):
    (tmp_path / "share").mkdir()

    def refuse(_):
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "scandir", refuse)
    said = reason("file_share", "share/")
    assert (said.en, isinstance(said, Absent)) == ("permission denied", False)


@pytest.mark.service
@pytest.mark.parametrize("scheme", ["postgresql", "mariadb"])
def test_a_server_that_refuses_the_login_is_there_and_one_without_the_database_is_not(reason, request, scheme):
    server = request.getfixturevalue(scheme)
    assert not isinstance(reason("database", server.url("pii_audit_nobody")), Absent)
    assert isinstance(reason("database", server.url(database="pii_audit_nowhere")), Absent)
