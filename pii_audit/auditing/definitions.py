"""What decides on what is seen in a file, as one digest: with any of it, whatever was read before is read again."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import distributions
from importlib.resources import files
from importlib.resources.abc import Traversable

import pii_audit
from pii_audit import content
from pii_audit.auditing.places import place_of
from pii_audit.identifiers.catalogue import files_of
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.sources.interface import Sampling
from pii_audit.workspace import Source, Workspace

CODE = ("detection", "engine", "identifiers", "model", "sources")
"""Packages of this program that decide on it."""


def definitions_of(space: Workspace, source: Source, sampling: Sampling, fingerprinter: Fingerprinter) -> str:
    """The digest for a source, its url resolved already; keyed, since a url is in it.

    In it are this program, all packages that it may read with, the shipped and own identifiers, the layouts, the sample, the key, and
    where the source is, but not as whom it is read. What is included and left out is told of every file when it is listed.
    """
    parts = (
        program(),
        *own_identifiers(space),
        *(f"{glob} {_digest((space.root / path).read_bytes())}" for glob, path in source.layouts.items()),
        space.samples,
        ",".join(space.institution.own_bins),
        repr(sampling),
        *place_of(source),
    )
    return fingerprinter.text("definitions", *parts)


def own_identifiers(space: Workspace) -> Iterator[str]:
    """Each file of a workspace's own identifiers, with its digest."""
    for path in files_of(space.identifiers):
        yield f"{path.name} {_digest(path.read_bytes())}"


@cache
def program() -> str:
    """The digest of this program, of what it ships and of all packages that it may read with."""
    whole = sha256(f"{pii_audit.__version__} {platform.python_version()}".encode())
    for one in sorted(f"{one.name} {one.version}" for one in distributions()):
        whole.update(one.encode())
    for path in content.walk("scanners", ""):
        whole.update(_digest(content.data(path)).encode())
    for code in CODE:
        for module in _modules(files("pii_audit").joinpath(code)):
            whole.update(_digest(module.read_bytes()).encode())
    return whole.hexdigest()


def _modules(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _modules(entry)
        elif entry.name.endswith(".py"):
            yield entry


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
