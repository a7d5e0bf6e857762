"""Using: files that lie where their folder says nothing of who reads them, or in the folder of a single person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache

from pii_audit import content
from pii_audit.document import STRING, Choice, ListOf, Reader, Record
from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.finding import Outcome
from pii_audit.model.forms import PLAIN_EQUIVALENT
from pii_audit.model.grant import is_called
from pii_audit.model.run import Inspected
from pii_audit.policy.matching import INSIDE
from pii_audit.rules.interface import LISTED, Draft, Facts, concern, people, proof, titles, to_run

PATH = "scanners/file_share/personal.yaml"
FEWEST = 20
"""People from whose number on a file is a list of customers; somebody's own letter names a few."""
_FILE = Record(
    {"version": Choice(["1"]), "folders": ListOf(STRING), "own": ListOf(STRING)}, ("version", "folders", "own")
)


@cache
def load_folders() -> tuple[Sequence[Sequence[str]], frozenset[str]]:
    """The globs of personal folders, part by part, and the names of those that a person's computer makes.

    Raises ConfigurationError when the file is wrong.
    """
    reader = Reader()
    read = reader.read_bytes(content.data(PATH), _FILE, shown_as=PATH)
    reader.raise_problems()
    return [glob.split("/") for glob in read["folders"]], frozenset(read["own"])


def wider(facts: Facts) -> Iterator[Draft]:
    """USE012: files that somebody can read in a folder that is not listed to him; one finding for each principal and folder.

    A gap: that may be meant. Not where a rule of the policy names him, and not what everybody can read, which is USE001's.
    """
    holds = {one.asset.id: one for one in facts.inspected if _clear(one)}
    found: dict[tuple[str, str, str], dict[str, tuple[str, ...]]] = defaultdict(dict)
    for grant in facts.grants:
        one = holds.get(grant.asset)
        if (
            one is None
            or not grant.wider
            or grant.privilege != "read"
            or facts.policy.access.means_everybody(grant.principal)
        ):
            continue
        if not any(is_called(grant.principal, rule.principals) for rule in facts.policy.access.rules):
            folder = one.asset.name.rpartition("/")[0]
            found[one.asset.source, grant.principal, folder][grant.asset] = grant.closing
    for (source, principal, folder), closing in found.items():
        files = [holds[name] for name in closing]
        said = Text(
            f"{principal} 可读取 {source}:{folder}/ 中的 {len(files)} 个文件，而该文件夹没有对其开放",
            f"{principal} can read {len(files)} file(s) in {source}:{folder}/, a folder that is not open to it",
        )
        commands = list(dict.fromkeys(command for commands in closing.values() for command in commands))
        yield _draft(facts, "USE012", (source, principal, folder), said, files, commands)


def personal(facts: Facts) -> Iterator[Draft]:
    """USE013: lists of customers in the folders of single persons; one finding for each such folder."""
    found: dict[tuple[str, str], list[Inspected]] = defaultdict(list)
    for one in facts.inspected:
        folder = _folder(one.asset.name) if one.asset.kind is AssetKind.FILE and _clear(one) else None
        if folder is not None and people(one, one.fields) >= FEWEST:
            found[one.asset.source, folder].append(one)
    for (source, folder), files in found.items():
        kinds = titles(facts, [statement.identifier for one in files for statement in one.fields])
        said = Text(
            f"个人文件夹 {source}:{folder}/ 中有 {len(files)} 个客户文件：{kinds.zh}",
            f"the personal folder {source}:{folder}/ holds {len(files)} file(s) of customers: {kinds.en}",
        )
        yield _draft(facts, "USE013", (source, folder), said, files)


def _clear(one: Inspected) -> bool:
    return any(found.form in PLAIN_EQUIVALENT for found in one.fields)


def _folder(name: str) -> str | None:
    """The personal folder in which a file lies, the outermost; None where it lies in none."""
    globs, own = load_folders()
    parts = name.partition(INSIDE)[0].split("/")[:-1]
    small = [part.casefold() for part in parts]
    for end in range(1, len(parts) + 1):
        fits = any(len(glob) <= end and all(map(fnmatchcase, small[end - len(glob) : end], glob)) for glob in globs)
        if fits or small[end - 1] in own:
            return "/".join(parts[:end])
    return None


def _draft(
    facts: Facts,
    rule: str,
    resource: tuple[str, ...],
    said: Text,
    files: Sequence[Inspected],
    commands: Sequence[str] = (),
) -> Draft:
    statements = [found for one in files for found in one.fields if found.form in PLAIN_EQUIVALENT]
    close = {"close": list(commands[:LISTED])} if commands else {}
    return Draft(
        rule,
        resource,
        said,
        outcome=Outcome.GAP if rule == "USE012" else Outcome.VIOLATION,
        source=resource[0],
        asset=files[0].asset.id if len(files) == 1 else None,
        identifiers=tuple(dict.fromkeys(found.identifier for found in statements)),
        principal=resource[1] if rule == "USE012" else None,
        evidence=proof(statements, [one.asset.id for one in files], **close),
        remediation=to_run(commands),
        concern=concern(facts, statements),
    )


RULES = (wider, personal)
