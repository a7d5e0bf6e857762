"""Finds and reads audit.yaml, and checks what its schema cannot: ids that must be unique, known, or exist."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pii_audit import content
from pii_audit.document import MISSING, Reader, Section, unknown
from pii_audit.errors import ConfigurationError, Position, Problem, UsageError
from pii_audit.language import Text, same
from pii_audit.model.ended import Ended
from pii_audit.workspace.language import WORKSPACE
from pii_audit.workspace.model import AtRest, Institution, Jobs, Messages, Source, Unit, Workspace

FILE_NAME = "audit.yaml"
PACKS = "policies/packs"


def shown_path(path: Path) -> str:
    """A path as diagnostics name it: relative to the current directory when it lies below."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):  # elsewhere, or the current directory is gone
        return str(path)


def from_here(problem: Problem, root: Path) -> Problem:
    """A problem whose file is named from the current directory, where an editor finds it.

    Elsewhere positions are named from the workspace, so that reports say the same wherever they are made.
    """
    path = root / problem.position.file
    return (
        replace(problem, position=replace(problem.position, file=shown_path(path))) if os.path.exists(path) else problem
    )


def find_workspace(start: Path) -> Path:
    """The nearest folder upward that holds an audit.yaml; UsageError when there is none."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise UsageError(
        Text("从这里向上没有找到 audit.yaml", "no audit.yaml here or in any folder above"),
        where=shown_path(start),
        todo=Text(
            "请用 pii-audit init DIR 新建，或用 -w DIR 指定",
            "make one with `pii-audit init DIR`, or name one with `-w DIR`",
        ),
    )


def packs() -> Mapping[str, tuple[str, ...]]:
    """The shipped policy packs and the files of each, as paths for `content`."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        for path in content.walk(PACKS, ".yaml"):
            name = path.removeprefix(f"{PACKS}/").split("/")[0]
            found[name] = (*found.get(name, ()), path)
    except FileNotFoundError:  # a build without packs has none
        return found
    return found


def load_workspace(folder: Path) -> Workspace:
    """The workspace of a folder; ConfigurationError with everything that is wrong in its audit.yaml."""
    path = folder / FILE_NAME
    if not os.path.isdir(folder) or not os.path.exists(path):
        raise UsageError(
            Text("这里没有 audit.yaml", "there is no audit.yaml here"),
            where=shown_path(folder),
            todo=Text("请用 pii-audit init DIR 新建", "make one with `pii-audit init DIR`"),
        )
    reader = Reader()
    document = reader.read(path, WORKSPACE, shown_as=FILE_NAME)
    if document is not MISSING:
        _check(document, folder, reader)
    if reader.problems:
        raise ConfigurationError([from_here(problem, folder) for problem in reader.problems])
    return _workspace(folder, document)


def _units(sections: Sequence[Section], parent: str | None = None) -> Iterator[tuple[Section, str | None]]:
    for section in sections:
        yield section, parent
        yield from _units(section.get("units", ()), section.get("id"))


def _check(document: Section, folder: Path, reader: Reader) -> None:
    units = [section for section, _ in _units(document.get("organisation", {}).get("units", ()))]
    _unique(units, Text("机构", "unit"), reader)
    sources: list[Section] = document.get("sources", [])
    _unique(sources, Text("数据源", "source"), reader)
    known = {section["id"] for section in units if "id" in section}
    for source in sources:
        _only_where_it_works(source, reader)
        _scripts(source, [other["id"] for other in sources if "id" in other], reader)
        for key in ("receipts", "known_hosts", "identity"):
            if key in source:
                _exists(folder, source[key], source.at(key), reader)
        named = [(source["unit"], source.at("unit"))] if "unit" in source else []
        by_path = source.get("units_by_path")
        named += [(unit, by_path.at(pattern)) for pattern, unit in by_path.items()] if by_path else []
        for unit, position in named:
            if unit not in known:
                reader.note(position, unknown(Text("机构", "unit"), unit, known))
    entries = document.get("policies")
    for entry, position in zip(entries, entries.positions, strict=True) if entries else ():
        if entry.startswith("pack:"):
            if entry.removeprefix("pack:") not in packs():
                reader.note(position, unknown(Text("策略包", "pack"), entry.removeprefix("pack:"), packs()))
        else:
            _exists(folder, entry, position, reader)
    own = document.get("identifiers")
    for entry, position in zip(own, own.positions, strict=True) if own else ():
        _exists(folder, entry, position, reader)


def _exists(folder: Path, entry: str, position: Position, reader: Reader) -> None:
    if not os.path.exists(folder / entry):
        reader.note(position, Text(f"没有 “{entry}” 这个文件或文件夹", f'there is no file or folder "{entry}"'))


def _only_where_it_works(source: Section, reader: Reader) -> None:
    """Keys that a kind of source has no use for: what leaves is read whole, and tables have columns of their own."""
    kinds = {
        **dict.fromkeys(("receipts", "messages"), ("feed",)),
        **dict.fromkeys(("known_hosts", "identity"), ("feed", "file_share")),
        "share_rights": ("file_share",),
        "endpoint": ("file_share",),
        "layouts": ("file_share", "feed"),
        "max_size": ("file_share",),
        "modified_within": ("file_share",),
        "reread_after": ("file_share",),
        "replicas": ("database",),
        "max_load": ("database", "bundle"),
        "sql": ("export_jobs",),
    }
    for key, allowed in kinds.items():
        if key in source and source.get("kind") not in (None, *allowed):
            listed = ", ".join(allowed)
            reader.note(source.at(key), Text(f"{key} 只用于 {listed}", f"{key} is for {listed} only"))


def _scripts(source: Section, sources: Sequence[str], reader: Reader) -> None:
    """Scripts are read in a dialect that has to be said, and run on sources that there are."""
    jobs = source.get("sql")
    if source.get("kind") == "export_jobs" and jobs is None:
        said = Text("export_jobs 需要 sql: {dialect: …}", "export_jobs need sql: {dialect: …}")
        reader.note(source.at("kind"), said)
    reads = jobs.get("reads") if jobs is not None else None
    for name, position in zip(reads, reads.positions, strict=True) if reads else ():
        if name not in sources:
            reader.note(position, unknown(Text("数据源", "source"), name, sources))


def _unique(sections: Sequence[Section], kind: Text, reader: Reader) -> None:
    seen: dict[str, Position] = {}
    for section in sections:
        name = section.get("id")
        if name is None:
            continue
        if name in seen:
            first = seen[name].line
            zh, en = (
                f"{kind.zh} “{name}” 重复（首次在第 {first} 行）",
                f'duplicate {kind.en} "{name}" (first in line {first})',
            )
            reader.note(section.at("id"), Text(zh, en))
        seen.setdefault(name, section.at("id"))


def _workspace(folder: Path, document: Section) -> Workspace:
    organisation: Mapping[str, Any] = document.get("organisation", {})
    institution: Mapping[str, Any] = organisation.get("institution", {})
    named = ("store", "key", "samples", "timezone", "leavers", "accounts", "functions")
    plain = {key: document[key] for key in named if key in document}
    directory = document.get("directory", ())
    return Workspace(
        root=folder.resolve(),
        position=replace(document.position, file=shown_path(folder / FILE_NAME)),
        name=organisation.get("name", ""),
        standards=tuple(organisation.get("standards", ())),
        institution=Institution(tuple(institution.get("roles", ())), tuple(institution.get("own_bins", ()))),
        units={section["id"]: _unit(section, parent) for section, parent in _units(organisation.get("units", ()))},
        sources=tuple(_source(section) for section in document.get("sources", ())),
        policies=tuple(document.get("policies", ())),
        identifiers=tuple(folder.resolve() / entry for entry in document.get("identifiers", ())),
        directory=(directory,) if isinstance(directory, str) else tuple(directory),
        **plain,
    )


def _unit(section: Section, parent: str | None) -> Unit:
    values = {name: section[name] for name in ("kind", "responsible", "email") if name in section}
    return Unit(section["id"], section.at("id"), section.get("title", same(section["id"])), parent=parent, **values)


def _source(section: Section) -> Source:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in section.items()}
    at_rest = section.get("at_rest")
    if at_rest is not None:
        values["at_rest"] = AtRest(at_rest.position, **at_rest)
    if "ended" in section:
        values["ended"] = Ended(**section["ended"])
    if "messages" in section:
        said: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in section["messages"].items()
        }
        values["messages"] = Messages(**said)
    if "sql" in section:
        jobs: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in section["sql"].items()
        }
        values["sql"] = Jobs(section.at("sql"), **jobs)
    return Source(position=section.at("id"), **values)
