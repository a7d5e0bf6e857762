"""Policy files → one Policy: any number of files, sections merged, everything that is wrong reported at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pii_audit import content
from pii_audit.document import MAX_BYTES, MISSING, Reader, Section, suggestion, unknown
from pii_audit.errors import ConfigurationError, Position, Problem, UsageError
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.policy import build
from pii_audit.policy.checks import Known, check
from pii_audit.policy.language import POLICY_FILE
from pii_audit.policy.model import Flow, Policy
from pii_audit.workspace import PACKS, packs, shown_path

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class _File:
    shown: str
    content: bytes


def load_policy(
    entries: Sequence[str], root: Path, catalogue: Catalogue, *, sources: Iterable[str] | None = None
) -> Policy:
    """The policy of these files, folders (all *.yaml and *.yml below, in name order) and `pack:NAME`s.

    Relative paths are relative to `root`. With `sources`, those of the workspace, references to others are problems too.
    Raises ConfigurationError with every problem of every file. Folders without a
    policy file give an empty Policy (`Policy.empty`): the caller says that nothing is stated.
    """
    reader = Reader()
    files = [file for entry in entries for file in _files(entry, root, reader)]
    files = list({file.shown: file for file in files}.values())
    read = [reader.read_bytes(file.content, POLICY_FILE, shown_as=file.shown) for file in files]
    documents: list[Section] = [document for document in read if document is not MISSING]
    known = Known.of(documents, complete=len(documents) == len(files), sources=sources)
    for document in documents:
        check(document, known, catalogue, reader)
    merged = {name: _merged(name, documents, reader) for name in ("purposes", "recipients", "flows")}
    _check_merged(documents, merged["flows"], reader)
    if reader.problems:
        raise ConfigurationError([from_here(problem, root) for problem in reader.problems])
    return _policy(files, documents, merged)


def from_here(problem: Problem, root: Path) -> Problem:
    """A problem whose file is named from the current directory, where an editor finds it.

    Elsewhere positions are named from the workspace, so that reports say the same wherever they are made.
    """
    path = root / problem.position.file
    return replace(problem, position=replace(problem.position, file=shown_path(path))) if path.exists() else problem


def _in_workspace(path: Path, root: Path) -> str:
    try:
        return path.absolute().relative_to(root.absolute()).as_posix()
    except ValueError:
        return shown_path(path)


def _files(entry: str, root: Path, reader: Reader) -> Iterator[_File]:
    if entry.startswith("pack:"):
        name = entry.removeprefix("pack:")
        if name not in packs():
            reader.note(Position(entry), unknown(Text("策略包", "pack"), name, packs()))
        for shipped in packs().get(name, ()):
            yield _File(f"pack:{shipped.removeprefix(f'{PACKS}/')}", content.data(shipped))
        return
    path = root / entry
    paths = [path]
    if path.is_dir():
        every = sorted(path.rglob("*"), key=lambda found: found.relative_to(path).as_posix())
        paths = [found for found in every if found.suffix in SUFFIXES and not _hidden(found.relative_to(path))]
    for found in paths:
        shown = _in_workspace(found, root)
        try:
            data = found.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            reader.note(Position(shown), Text(f"无法读取:{reason}", f"cannot be read: {reason}"))
            continue
        if len(data) > MAX_BYTES:
            said = Text("文件超过 64 MB,不像是人写的策略", "larger than 64 MB, not a file that a person wrote")
            reader.note(Position(shown), said)
            continue
        yield _File(shown, data)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


_Merged = Mapping[str, tuple[Section, Position]]


def _merged(name: str, documents: Sequence[Section], reader: Reader) -> _Merged:
    found: dict[str, tuple[Section, Position]] = {}
    for document in documents:
        section: Section = document.get(name, Section(document.position))
        for key, value in section.items():
            position = section.at(key)
            if key in found:
                first = found[key][1]
                reader.note(
                    position,
                    Text(f"“{key}” 已在 {first.to_line} 定义", f'"{key}" is already defined at {first.to_line}'),
                )
                continue
            found[key] = (value, position)
    return found


def _check_merged(documents: Sequence[Section], flows: _Merged, reader: Reader) -> None:
    """Single values that two files give, and two flows over the same files."""
    stated: dict[tuple[str, str], Position] = {}
    for document in documents:
        access, storage = document.get("access"), document.get("storage", {})
        single = [("default", access.at("default"))] if access is not None and "default" in access else []
        for section in (storage.get("forms"), storage.get("environments")):
            single += [(key, section.at(key)) for key in section] if section is not None else []
        for key, position in single:
            _note_twice(stated, ("", key), position, reader)
    seen: dict[tuple[str, str], Position] = {}
    for section, _ in flows.values():
        for pattern in section.get("match", ()) or ("",):
            if "source" in section:
                _note_twice(seen, (section["source"], pattern), section.at("match"), reader)


def _note_twice(
    seen: dict[tuple[str, str], Position], key: tuple[str, str], position: Position, reader: Reader
) -> None:
    if key in seen:
        first = seen[key].to_line
        named = key[1] or key[0]
        reader.note(position, Text(f"“{named}” 已在 {first} 给出", f'"{named}" is already given at {first}'))
    seen.setdefault(key, position)


def _policy(files: Sequence[_File], documents: Sequence[Section], merged: Mapping[str, _Merged]) -> Policy:
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.shown.encode()).digest())
        digest.update(hashlib.sha256(file.content).digest())
    return Policy(
        files=tuple(file.shown for file in files),
        digest=digest.hexdigest(),
        purposes={name: build.purpose(name, *entry) for name, entry in merged["purposes"].items()},
        recipients={name: build.recipient(name, *entry) for name, entry in merged["recipients"].items()},
        flows={name: build.flow(name, *entry) for name, entry in merged["flows"].items()},
        access=build.access([document["access"] for document in documents if "access" in document]),
        storage=build.storage([document["storage"] for document in documents if "storage" in document]),
        exceptions=tuple(
            build.exception(section) for document in documents for section in document.get("exceptions", ())
        ),
    )


def flow_named(policy: Policy, flow_id: str) -> Flow:
    """The flow of that id; UsageError with a suggestion when there is none."""
    if flow_id not in policy.flows:
        raise UsageError(unknown(Text("数据流", "flow"), flow_id, policy.flows), todo=_flows_there_are(policy))
    return policy.flows[flow_id]


def _flows_there_are(policy: Policy) -> Text:
    names = ", ".join(policy.flows)
    return Text(f"已定义:{names or '(无)'}", f"defined are: {names or '(none)'}")


def flow_between(policy: Policy, recipient: str, purpose: str) -> Flow:
    """An undeclared flow for judging an export by recipient and purpose alone; UsageError when either is unknown."""
    pairs = (
        (Text("接收方", "recipient"), recipient, policy.recipients),
        (Text("用途", "purpose"), purpose, policy.purposes),
    )
    for kind, name, there in pairs:
        if name not in there:
            hint = suggestion(name, there)
            raise UsageError(Text(f"未知的{kind.zh} “{name}”{hint.zh}", f'unknown {kind.en} "{name}"{hint.en}'))
    return Flow(f"{recipient}/{purpose}", policy.recipients[recipient].position, recipient, purpose)
