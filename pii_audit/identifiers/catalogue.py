"""The catalogue of identifiers: every YAML file under scanners/identifiers/, compiled once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePosixPath

from pii_audit import content
from pii_audit.document import SUFFIXES, Missing, Reader, Section, json_schema
from pii_audit.document.folders import below
from pii_audit.errors import Position, UsageError, reason_of
from pii_audit.identifiers.definition import SPEC, Definition
from pii_audit.identifiers.model import Catalogue, Identifier
from pii_audit.identifiers.vocabulary import FOLDER, Vocabulary
from pii_audit.language import Text

__all__ = ["Catalogue", "identifier_schema", "load_catalogue"]


def load_catalogue(extra: Sequence[Path] = ()) -> Catalogue:
    """The shipped identifiers and those of `extra` files and folders, by precedence, then in the order of folders and files.

    Raises ConfigurationError with every problem of every file; a regular expression of `extra` that does not come to an end is one.
    """
    shipped, vocabulary = _shipped()
    if not extra:
        return shipped
    from pii_audit.identifiers.trial import Expression, expressions, refused  # noqa: PLC0415 - a child, for those of others alone

    reader = Reader()
    identifiers: dict[str, Identifier] = dict(shipped)
    places = {name: Position(FOLDER) for name in shipped}
    tried: list[Expression] = []
    for path in files_of(extra):
        section = reader.read(path, SPEC)
        added = _add(identifiers, places, reader, section, path.stem, vocabulary)
        if added is not None:
            tried += expressions(section, added)
    reader.raise_problems()
    for position, message in refused(tried):
        reader.note(position, message)
    reader.raise_problems()
    return _ordered(identifiers, shipped.group_titles)


@cache
def _shipped() -> tuple[Catalogue, Vocabulary]:
    reader = Reader()
    vocabulary = Vocabulary.shipped(reader)
    identifiers: dict[str, Identifier] = {}
    places: dict[str, Position] = {}
    for path in content.walk(FOLDER, ".yaml"):
        if PurePosixPath(path).parent != PurePosixPath(FOLDER):
            read = reader.read_bytes(content.data(path), SPEC, shown_as=path)
            _add(identifiers, places, reader, read, PurePosixPath(path).stem, vocabulary, proven=True)
    reader.raise_problems()
    return _ordered(identifiers, vocabulary.groups), vocabulary


def _ordered(identifiers: Mapping[str, Identifier], titles: Mapping[str, Text]) -> Catalogue:
    in_order = sorted(identifiers.values(), key=lambda identifier: identifier.precedence)
    return Catalogue({identifier.id: identifier for identifier in in_order}, titles)


def files_of(extra: Iterable[Path]) -> Iterator[Path]:
    """The files that `extra` files and folders stand for; UsageError where a folder cannot be listed."""
    for path in extra:
        if path.is_dir():
            try:
                found = below(path)
            except OSError as error:
                reason = reason_of(error)
                said = Text(f"文件夹无法读取：{reason.zh}", f"the folder cannot be read: {reason.en}")
                raise UsageError(said, where=str(error.filename or path)) from None
            yield from (one for one in found if one.name.casefold().endswith(SUFFIXES))
        else:
            yield path


def _add(
    identifiers: dict[str, Identifier],
    places: dict[str, Position],
    reader: Reader,
    section: Section | Missing,
    stem: str,
    vocabulary: Vocabulary,
    *,
    proven: bool = False,
) -> Identifier | None:
    """Adds what a file defines; gives it, or None where there are problems."""
    if isinstance(section, Missing) or "id" not in section:
        return None
    name, position = section["id"], section.at("id")
    if name != stem:
        reader.note(position, Text(f"文件名应为 {name}.yaml", f"the file must be called {name}.yaml"))
    if name in places:
        reader.note(
            position,
            Text(
                f"标识符 “{name}” 重复（首次在 {places[name]}）",
                f'duplicate identifier "{name}" (first in {places[name]})',
            ),
        )
        return None
    places[name] = position
    identifier = Definition(section, vocabulary, reader, proven).build()
    if identifier is not None:
        identifiers[name] = identifier
    return identifier


def identifier_schema() -> dict[str, object]:
    """The JSON Schema of an identifier file."""
    return json_schema(SPEC, title="pii-audit identifier")
