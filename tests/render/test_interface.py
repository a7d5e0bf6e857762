"""Formats by name, ours first."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from pii_audit.errors import UsageError
from pii_audit.render import interface


@pytest.mark.parametrize("name", sorted(interface.FORMATS))
def test_every_format_of_the_table_renders_a_run(run, name):
    assert interface.render(name, run, "en")


def test_our_own_formats_are_found_without_asking_other_packages(run, monkeypatch):
    def asked(**_):
        raise AssertionError

    monkeypatch.setattr(interface, "entry_points", asked)
    assert interface.render("json", run, "en")


def test_a_format_of_another_package_is_found_by_its_entry_point(run, monkeypatch):
    added = EntryPoints([EntryPoint("shout", "pii_audit.render.json:render", interface.GROUP)])
    monkeypatch.setattr(interface, "entry_points", lambda group: added)
    assert interface.render("shout", run, "en") == interface.render("json", run, "en")


def test_an_unknown_format_is_a_usage_error_that_suggests_a_known_one(run):
    with pytest.raises(UsageError, match='unknown format "jsno"; did you mean "json"'):
        interface.render("jsno", run, "en")
