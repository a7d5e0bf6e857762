"""Keeping: temporary, editor and backup copies with personal information, and drafts beside the final report."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from pii_audit import content
from pii_audit.document import STRING, Choice, ListOf, Reader, Record
from pii_audit.language import Text, same
from pii_audit.model.asset import AssetKind
from pii_audit.model.run import Inspected
from pii_audit.policy.matching import INSIDE
from pii_audit.rules.copies import SAME
from pii_audit.rules.interface import Draft, Facts, concern, named, proof, titles
from pii_audit.rules.people import people_of
from pii_audit.sources.database.names import split

PATH = "scanners/file_share/leftovers.yaml"
_KINDS = {
    "temporary": Text("临时文件或临时表", "a temporary file or table"),
    "editor": Text("编辑器的残留", "an editor's leftover"),
    "backup": Text("备份或副本", "a backup or a second copy"),
    "draft": Text("草稿", "a draft"),
}
_GLOBS = Record({kind: ListOf(STRING) for kind in _KINDS})
_FILE = Record(
    {"version": Choice(["1"]), "files": _GLOBS, "tables": _GLOBS, "draft": ListOf(STRING), "final": ListOf(STRING)},
    ("version", "files", "tables", "draft", "final"),
)
_VERSION = re.compile(r"(?<![a-z0-9])v(\d{1,3}(?:\.\d{1,3})?)(?![a-z0-9])|第(\d{1,3})版|版本(\d{1,3})")
_FINAL = 1_000.0
"""How far final reports stand above versions, and drafts below a name that says nothing."""


@dataclass(frozen=True, slots=True)
class Names:
    """The globs by kind, for files and for tables, and the words of drafts and of final reports."""

    files: Mapping[str, Sequence[str]]
    tables: Mapping[str, Sequence[str]]
    draft: Sequence[str]
    final: Sequence[str]


@cache
def load_names() -> Names:
    """The shipped names. Raises ConfigurationError when the file is wrong."""
    reader = Reader()
    read = reader.read_bytes(content.data(PATH), _FILE, shown_as=PATH)
    reader.raise_problems()
    return Names(read["files"], read["tables"], read["draft"], read["final"])


def leftovers(facts: Facts) -> Iterator[Draft]:
    """STO007: what its name shows to be left over, with personal information in it; one finding an asset."""
    names = load_names()
    drafts = dict(_drafts(facts, names))
    for one in facts.inspected:
        if not one.fields or not one.asset.kind.keeps or one.asset.kind is AssetKind.FEED:
            continue
        kind = _kind(one, names)
        beside = drafts.get(one.asset.id)
        if kind is None and beside is None:
            continue
        said = _KINDS[kind or "draft"]
        final = Text(f",终稿为 {beside}", f" of {beside}") if beside and kind is None else same("")
        kinds, where = titles(facts, [found.identifier for found in one.fields]), named(one.fields)
        yield Draft(
            "STO007",
            (one.asset.id,),
            Text(
                f"{one.asset.id} 看来是{said.zh}{final.zh}，含 {kinds.zh}（{where.zh}）",
                f"{one.asset.id} looks like {said.en}{final.en} and holds {kinds.en} ({where.en})",
            ),
            source=one.asset.source,
            asset=one.asset.id,
            identifiers=tuple(dict.fromkeys(found.identifier for found in one.fields)),
            evidence=proof(one.fields, kind=kind or "draft", **({"final": beside} if beside else {})),
            concern=concern(facts, one.fields),
        )


def _kind(one: Inspected, names: Names) -> str | None:
    table = one.asset.kind is AssetKind.TABLE and INSIDE not in one.asset.name
    globs = names.tables if table else names.files
    name = _table_name(one.asset.name) if table else _file_name(one.asset.name)
    return next((kind for kind, several in globs.items() if any(fnmatchcase(name, glob) for glob in several)), None)


def _table_name(asset: str) -> str:
    try:
        return split(asset)[1].casefold()
    except ValueError:  # a table of a file has no schema
        return asset.casefold()


def _file_name(asset: str) -> str:
    """The last part of the name, of what contains others that of the container: `~$a.xlsx` for `x/~$a.xlsx!Sheet1`."""
    return asset.partition(INSIDE)[0].rpartition("/")[2].casefold()


def _drafts(facts: Facts, names: Names) -> Iterator[tuple[str, str]]:
    """Each draft with the final report in the same folder that is about the same people."""
    families: dict[tuple[str, str, str], list[tuple[float, Inspected]]] = defaultdict(list)
    for one in facts.inspected:
        if one.fields and one.asset.kind is AssetKind.FILE and INSIDE not in one.asset.name:
            folder, _, name = one.asset.name.casefold().rpartition("/")
            stem, rank = _ranked(name, names)
            families[one.asset.source, folder, stem].append((rank, one))
    for family in families.values():
        family.sort(key=lambda member: (member[0], member[1].asset.id))
        highest, final = family[-1]
        for rank, one in family:
            if rank < highest and _same_people(facts, one, final):
                yield one.asset.id, final.asset.id


def _ranked(name: str, names: Names) -> tuple[str, float]:
    """What is left of a file's name without the words for its state, and its place: drafts, the bare name, versions in order, final ones."""
    stem = name.rpartition(".")[0] or name
    drafts = [word for word in names.draft if word in stem]
    finals = [word for word in names.final if word in stem]
    version = _VERSION.search(stem)
    for word in (*drafts, *finals):
        stem = stem.replace(word, "")
    number = float(next(filter(None, version.groups()))) if version else 0.0
    rank = number - _FINAL if drafts else number + _FINAL if finals else number
    return re.sub(r"[\s_()（）\-.]+", "", _VERSION.sub("", stem)), rank


def _same_people(facts: Facts, one: Inspected, final: Inspected) -> bool:
    overlap = people_of([one], facts.catalogue).among(people_of([final], facts.catalogue))
    return overlap is not None and overlap.share.at_least >= SAME


RULES = (leftovers,)
