"""Policy files → one Policy: any number of files, sections merged, everything that is wrong reported at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pii_audit.document import Reader, unknown
from pii_audit.errors import ConfigurationError, UsageError
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.policy import build, sections
from pii_audit.policy.checks import Known, check
from pii_audit.policy.custom.checks import check_rules
from pii_audit.policy.files import Documents, read_documents
from pii_audit.policy.inheritance import Merged, check_exceptions, check_merged, loosened, merge
from pii_audit.policy.language import POLICY_FILE
from pii_audit.policy.model import Flow, Policy
from pii_audit.policy.periods import contradicting
from pii_audit.workspace import Workspace, from_here


def policy_of(space: Workspace, catalogue: Catalogue, *, referring: bool = False) -> Policy:
    """The policy of a workspace, whose environments are known; `referring`, also whether every source that it names is there.

    Every command reads it so: what one of them refuses, no other judges by. Raises as `load_policy` does.
    """
    sources = [source.id for source in space.sources] if referring else None
    return load_policy(space.policies, space.root, catalogue, sources=sources, environments=space.environments)


def load_policy(
    entries: Sequence[str],
    root: Path,
    catalogue: Catalogue,
    *,
    sources: Iterable[str] | None = None,
    environments: Iterable[str] = (),
) -> Policy:
    """The policy of these files, folders (all *.yaml and *.yml below, in name order) and `pack:NAME`s.

    Relative paths are relative to `root`. With `sources`, those of the workspace, references to others are problems too; with
    the `environments` that they are in, names that are one of these but for a slip.
    Raises ConfigurationError with every problem of every file. Folders without a policy file give an empty Policy
    (`Policy.empty`): the caller says that nothing is stated.
    """
    reader = Reader()
    found = read_documents(entries, root, POLICY_FILE, reader)
    sections = [document.section for document in found.documents]
    known = Known.of(sections, complete=found.complete, sources=sources, environments=environments)
    for section in sections:
        check(section, known, catalogue, reader)
    merged = merge(found, reader)
    check_merged(found.documents, merged["flows"], reader)
    check_exceptions(found, reader)
    check_rules(merged["rules"], reader)
    for problem in loosened(merged, found, catalogue, {problem.position.file for problem in reader.problems}):
        reader.problems.append(problem)
    if reader.problems:
        raise ConfigurationError([from_here(problem, root) for problem in reader.problems])
    policy = _policy(found, merged)
    contradictions = [*contradicting(policy.storage.retention)]
    if contradictions:
        raise ConfigurationError([from_here(problem, root) for problem in contradictions])
    return policy


def _policy(found: Documents, merged: Mapping[str, Merged]) -> Policy:
    digest = hashlib.sha256()
    for file in found.files:
        digest.update(hashlib.sha256(file.shown.encode()).digest())
        digest.update(hashlib.sha256(file.content).digest())

    def stated(name: str) -> list[Any]:
        return [one.section[name] for one in found.documents if name in one.section]

    purposes = {name: entry.stated for name, entry in merged["purposes"].items()}
    storage = sections.storage(
        [(one.layer, one.section["storage"]) for one in found.documents if "storage" in one.section]
    )
    periods = (*storage.retention, *sections.retention_of_purposes(purposes.values()))

    return Policy(
        files=tuple(file.shown for file in found.files),
        digest=digest.hexdigest(),
        purposes={name: build.purpose(name, *entry) for name, entry in purposes.items()},
        recipients={name: build.recipient(name, *entry.stated) for name, entry in merged["recipients"].items()},
        flows={
            name: build.flow(name, *entry.stated, purposes[entry.stated[0]["purpose"]][0])
            for name, entry in merged["flows"].items()
        },
        floors=sections.floors(stated("floor")),
        access=build.access(stated("access")),
        storage=replace(storage, retention=periods),
        classification=sections.classification(stated("classification")),
        cross_border=sections.cross_border(stated("cross_border")),
        severity=sections.severity(stated("severity")),
        attestations=sections.attestations(stated("attestations")),
        governance=sections.governance(stated("governance")),
        rules={name: sections.custom_rule(name, *entry.stated) for name, entry in merged["rules"].items()},
        exceptions=tuple(build.exception(exception) for several in stated("exceptions") for exception in several),
    )


def flow_named(policy: Policy, flow_id: str) -> Flow:
    """The flow of that id; UsageError with a suggestion when there is none."""
    if flow_id not in policy.flows:
        raise UsageError(unknown(Text("数据流", "flow"), flow_id, policy.flows))
    return policy.flows[flow_id]


def flow_between(policy: Policy, recipient: str, purpose: str) -> Flow:
    """An undeclared flow for judging an export by recipient and purpose alone; UsageError when either is unknown."""
    pairs = (
        (Text("接收方", "recipient"), recipient, policy.recipients),
        (Text("用途", "purpose"), purpose, policy.purposes),
    )
    for kind, name, there in pairs:
        if name not in there:
            raise UsageError(unknown(kind, name, there))
    return Flow(f"{recipient}/{purpose}", policy.recipients[recipient].position, recipient, purpose)
