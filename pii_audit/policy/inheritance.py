"""Entries of several files put together: what a floor states, whoever stands on it may tighten, never loosen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pii_audit.document import Reader, Section
from pii_audit.errors import Position, Problem
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.policy import build
from pii_audit.policy.files import Document, Documents
from pii_audit.policy.language import NEEDED
from pii_audit.policy.tightening import (
    changed_terms,
    loosened_flow,
    loosened_purpose,
    loosened_recipient,
    other_population,
)

KINDS = ("purposes", "recipients", "flows", "rules")
_AGREEMENTS = frozenset({"agreement", "agreements"})
_Stated = tuple[Section, Position]


@dataclass(frozen=True, slots=True)
class Entry:
    """One purpose, recipient or flow: what holds of it, in which layer, and what it stands on where it is an override."""

    stated: _Stated
    layer: str
    floor: Entry | None = None


Merged = Mapping[str, Entry]


def merge(found: Documents, reader: Reader) -> dict[str, Merged]:
    """The entries of each kind by id, overrides laid over what they stand on; an id given twice in one layer is noted."""
    return {kind: _merged(kind, found, reader) for kind in KINDS}


def _merged(kind: str, found: Documents, reader: Reader) -> Merged:
    entries: dict[str, Entry] = {}
    for document in found.documents:
        section: Section = document.section.get(kind, Section(document.section.position))
        for name, value in section.items():
            position = section.at(name)
            first = entries.get(name)
            if first is None:
                entries[name] = Entry((value, position), document.layer)
            elif kind != "rules" and found.stands_on(document.layer, first.layer):
                laid = _laid_over(first.stated[0], value)
                entries[name] = Entry((laid, position), document.layer, first)
            else:
                at = first.stated[1].to_line
                reader.note(position, Text(f"“{name}” 已在 {at} 定义", f'"{name}" is already defined at {at}'))
    for section, _ in (entry.stated for entry in entries.values()):
        for key in NEEDED.get(kind, ()):
            if key not in section.positions:
                reader.note(section.position, Text(f"缺少键 “{key}”", f'missing key "{key}"'))
    return entries


def _laid_over(floor: Section, override: Section) -> Section:
    """The floor's keys, save those that the override states itself; each key knows where it stands."""
    laid = Section(override.position)
    # One agreement and a list of them are two ways of writing the same key.
    replaced = _AGREEMENTS if _AGREEMENTS & override.positions.keys() else frozenset()
    laid.update({key: value for key, value in floor.items() if key not in replaced})
    laid.positions.update({key: position for key, position in floor.positions.items() if key not in replaced})
    laid.update(override)
    laid.positions.update(override.positions)
    return laid


def check_merged(documents: Sequence[Document], flows: Merged, reader: Reader) -> None:
    """Notes single values that two files of one layer give, and two flows over the same files."""
    stated: dict[tuple[str, str], Position] = {}
    for document in documents:
        access, storage = document.section.get("access"), document.section.get("storage", {})
        border = document.section.get("cross_border", {})
        if "home" in border:
            _note_twice(stated, ("", "home"), border.at("home"), reader)
        single = [("default", access.at("default"))] if access is not None and "default" in access else []
        for section in (storage.get("forms"), storage.get("environments")):
            single += [(key, section.at(key)) for key in section] if section is not None else []
        for key, position in single:
            _note_twice(stated, (document.layer, key), position, reader)
    seen: dict[tuple[str, str], Position] = {}
    for entry in flows.values():
        section = entry.stated[0]
        for pattern in section.get("match", ()) or ("",):
            if "source" in section:
                _note_twice(seen, (section["source"], pattern), section.at("match"), reader)


def check_exceptions(found: Documents, reader: Reader) -> None:
    """Notes exceptions from rules that a floor below takes none from."""
    for document in found.documents:
        for exception in document.section.get("exceptions", ()):
            rule = exception.get("rule")
            for floor in found.documents:
                closed = floor.section.get("floor", {}).get("no_exceptions", ())
                if rule in closed and found.stands_on(document.layer, floor.layer):
                    at = floor.section["floor"].at("no_exceptions").to_line
                    said = Text(
                        f"{at} 的底线不允许 {rule} 有例外", f"the floor at {at} allows no exception from {rule}"
                    )
                    reader.note(exception.at("rule"), said)


def _note_twice(
    seen: dict[tuple[str, str], Position], key: tuple[str, str], position: Position, reader: Reader
) -> None:
    if key in seen:
        first = seen[key].to_line
        named = key[1] or key[0]
        reader.note(position, Text(f"“{named}” 已在 {first} 给出", f'"{named}" is already given at {first}'))
    seen.setdefault(key, position)


def loosened(
    merged: Mapping[str, Merged], found: Documents, catalogue: Catalogue, wrong: Collection[str]
) -> Iterator[Problem]:
    """Overrides that allow what their floor does not; those of files that are wrong in themselves are left for later."""
    for name, (before, now) in _overrides(merged["purposes"], wrong):
        yield from loosened_purpose(build.purpose(name, *before), build.purpose(name, *now), catalogue)
        yield from changed_terms(before[0], now[0])
    for name, (before, now) in _overrides(merged["recipients"], wrong):
        yield from loosened_recipient(build.recipient(name, *before), build.recipient(name, *now), catalogue)
    for name, (before, now) in _overrides(merged["flows"], wrong):
        yield from loosened_flow(build.flow(name, *before), build.flow(name, *now))
    yield from _populations(merged, found, wrong)


def _populations(merged: Mapping[str, Merged], found: Documents, wrong: Collection[str]) -> Iterator[Problem]:
    """Flows whose own population is another than what a floor below them says of their purpose."""
    for entry in merged["flows"].values():
        flow = _stating("population", entry)
        purpose = merged["purposes"].get(flow.stated[0].get("purpose", ""))
        while purpose is not None and not found.stands_on(flow.layer, purpose.layer):
            purpose = purpose.floor
        if purpose is not None and not {flow.stated[1].file, purpose.stated[1].file} & set(wrong):
            yield from other_population(flow.stated[0], purpose.stated[0])


def _stating(key: str, entry: Entry) -> Entry:
    """The lowest of an entry and its floors that has the key; the entry where none below it has."""
    below = entry.floor
    return _stating(key, below) if below is not None and key in below.stated[0] else entry


def _overrides(entries: Merged, wrong: Collection[str]) -> Iterator[tuple[str, tuple[_Stated, _Stated]]]:
    """Each override with its floor."""
    for name, entry in entries.items():
        if entry.floor is not None and not {entry.floor.stated[1].file, entry.stated[1].file} & set(wrong):
            yield name, (entry.floor.stated, entry.stated)
