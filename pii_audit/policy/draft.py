"""A first policy from what a run saw: as narrow as the observation, every line for a human to confirm or strike."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from pii_audit.errors import Position
from pii_audit.identifiers.model import Catalogue
from pii_audit.model.forms import PLAIN_EQUIVALENT, Form
from pii_audit.model.grant import is_called
from pii_audit.model.run import Inspected, Run
from pii_audit.policy.evaluation.case import CatalogueKinds, Seen, gather
from pii_audit.policy.evaluation.elements import AUTHENTICATION
from pii_audit.policy.evaluation.forms import STRENGTH
from pii_audit.policy.evaluation.permission import as_plain
from pii_audit.policy.matching import INSIDE, FlowMatcher
from pii_audit.policy.model import Flow, Policy

CONFIRM = "CONFIRM 请确认"
"""What marks each line that a human has to confirm."""
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_GUESSED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_MAX_ID = 40


@dataclass(frozen=True, slots=True)
class _Feed:
    """Files of one kind: those whose names differ in digits alone."""

    id: str
    source: str
    match: str
    assets: tuple[Inspected, ...]


def draft_policy(run: Run, policy: Policy, catalogue: Catalogue, feeds: Collection[str]) -> str:
    """The YAML of a policy for the files of `feeds` that no flow declares, and for the principals that no rule names.

    It loads by itself or beside `policy`. What may never leave (C3 and authentication data in clear) is not allowed by it.
    """
    drafted = [_Drafted(feed, catalogue) for feed in _undeclared(run, policy, feeds)]
    access = list(_access(run, policy))
    lines = [
        f"# 由运行 {run.id} 的观察起草。带 {CONFIRM} 的每一行都只是“见到了什么”，不等于“允许什么”：逐行确认或删除。",
        f"# Drafted from run {run.id}. Every line marked CONFIRM says what was seen, not what is allowed: confirm or strike it.",
        "version: 1",
    ]
    if drafted:
        for part in ("purposes", "recipients", "flows"):
            lines += ["", f"{part}:"]
            lines += [line for one in drafted for line in getattr(one, part)()]
    if access:
        lines += ["", "access:", "  rules:", *access]
    if not drafted and not access:
        lines += ["# 没有需要起草的内容。/ There is nothing to draft."]
    return "".join(f"{line}\n" for line in lines)


def _undeclared(run: Run, policy: Policy, feeds: Collection[str]) -> Iterator[_Feed]:
    flows = FlowMatcher(policy)
    kinds: defaultdict[tuple[str, str], list[Inspected]] = defaultdict(list)
    for one in run.inspected:
        source, name = one.asset.source, one.asset.name
        if source in feeds and flows.find(source, name) is None:
            kinds[source, _glob(name.partition(INSIDE)[0])].append(one)
    taken = {*policy.flows, *policy.purposes, *policy.recipients}
    for (source, match), assets in kinds.items():
        name = _id(match, taken)
        taken.add(name)
        yield _Feed(name, source, match, tuple(assets))


def _glob(name: str) -> str:
    """A pattern for all files whose names differ from this one in their digits alone."""
    return re.sub(r"\*+", "*", re.sub(r"[0-9]+", "*", re.sub(r"[\[?]", "?", name)))


def _id(match: str, taken: Collection[str]) -> str:
    words = re.findall(r"[A-Za-z]+", match.rpartition("/")[2].rpartition(".")[0])
    name = "-".join(words)[:_MAX_ID].strip("-").lower() or "feed"
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}-{number}"
    return unique


@dataclass(frozen=True)
class _Drafted:
    """The three entries of one kind of file."""

    feed: _Feed
    catalogue: Catalogue

    def _seen(self) -> list[Seen]:
        """One sighting of each element, in the weakest of its forms."""
        nobody = Flow("", Position(""), "", "")
        every = gather((found for one in self.feed.assets for found in one.fields), nobody)
        by_element: dict[tuple[str, str], Seen] = {}
        for seen in sorted(every, key=lambda seen: (STRENGTH[self._form(seen)], seen.element)):
            first = by_element.setdefault((seen.identifier, seen.subject), seen)
            if first is not seen:
                both = tuple(dict.fromkeys((*first.fields, *seen.fields)))
                merged = replace(first, fields=both, in_text=first.in_text or seen.in_text, hits=first.hits + seen.hits)
                by_element[seen.identifier, seen.subject] = merged
        return list(by_element.values())

    def _form(self, seen: Seen) -> Form:
        """The weakest form that lets what was seen pass."""
        known = CatalogueKinds(self.catalogue)
        plain = seen.form in PLAIN_EQUIVALENT and as_plain(seen, known)
        too_open = seen.form in (Form.MASKED, Form.TRUNCATED) and not seen.adequate
        return Form.PLAIN if plain or too_open else seen.form

    def _never(self, seen: Seen) -> bool:
        known = CatalogueKinds(self.catalogue)
        worst = known.levels(seen.identifier).jrt0171 == "C3" or AUTHENTICATION in known.groups(seen.identifier)
        return worst and as_plain(seen, known)

    def _lines(self, indent: str) -> Iterator[str]:
        for seen in self._seen():
            where = ", ".join(map(_shown, seen.fields)) or "free text"
            if self._never(seen):
                yield f"{indent}# {seen.element}: 见于 {where}，任何情况下都不得提供（SHR001） / seen in {where}, may never leave"
            else:
                note = f"{seen.hits} rows, {where}"
                yield f"{indent}{seen.element}: {self._form(seen).value}    # {CONFIRM}: {note}"

    def purposes(self) -> Iterator[str]:
        """What the files were seen to hold, as what the purpose allows."""
        feed = self.feed
        yield f"  {feed.id}:    # {CONFIRM}: 用途的名称和必要性 / what it is for, and whether it needs all of this"
        yield f"    title: {{zh: {_quoted(feed.id)}, en: {_quoted(feed.id)}}}    # {CONFIRM}"
        yield from self._section("allows")

    def _section(self, key: str) -> Iterator[str]:
        lines = list(self._lines("      "))
        if any(not line.lstrip().startswith("#") for line in lines):
            yield f"    {key}:"
        else:
            yield f"    {key}: {{}}    # {CONFIRM}: 没有见到可以提供的个人信息 / nothing seen that may leave"
        yield from lines

    def recipients(self) -> Iterator[str]:
        """Whoever gets the files; what only a human knows is left out, and so stays a gap."""
        feed = self.feed
        yield f"  {feed.id}:    # {CONFIRM}: 实际接收方 / who really gets it"
        yield f"    role: processor    # {CONFIRM}: processor controller joint_controller affiliate authority internal"
        yield f"    # region: CN    # {CONFIRM}"
        yield f"    # agreement: {{ref: …, from: …, until: …}}    # {CONFIRM}"
        yield f"    purposes: [{feed.id}]    # {CONFIRM}"
        yield from self._section("scope")
        yield f"    never: [C3]    # {CONFIRM}"

    def flows(self) -> Iterator[str]:
        """The files, with what each column was seen to hold."""
        feed = self.feed
        yield f"  {feed.id}:    # {CONFIRM}: {len(feed.assets)} file(s) seen"
        yield f"    source: {_quoted(feed.source)}    # {CONFIRM}"
        yield f"    match: {_quoted(feed.match)}    # {CONFIRM}"
        yield f"    recipient: {feed.id}    # {CONFIRM}"
        yield f"    purpose: {feed.id}    # {CONFIRM}"
        for key, example in (("channel", "sftp"), ("legal_basis", "contract"), ("pia", "PIA-…")):
            yield f"    # {key}: {example}    # {CONFIRM}"
        columns = list(dict.fromkeys(name for one in feed.assets for name in one.columns))
        if columns:
            yield from self._fields(columns)

    def _fields(self, columns: Sequence[str]) -> Iterator[str]:
        held: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for seen in self._seen():
            for name in seen.fields:
                held[name][seen.element] += seen.hits
        declared = [name for name in columns if len(held[name]) <= 1 and name.strip()]
        if declared:
            yield "    fields:"
            for name in declared:
                element = next(iter(held[name]), "none")
                yield f"      {_quoted(name)}: {element}    # {CONFIRM}"
        if len(declared) < len(columns) and declared:
            mixed = ", ".join(_shown(name) for name in columns if name not in declared)
            yield f"    undeclared_fields: allow    # {CONFIRM}: {mixed} 含多种要素或没有名称 / of several elements, or without a name"


def _access(run: Run, policy: Policy) -> Iterator[str]:
    """A rule for each principal and source that no rule is about, with the classes that it was seen to reach."""
    by_asset = {one.asset.id: one for one in run.inspected}
    reached: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for grant in run.grants:
        one = by_asset.get(grant.asset)
        if one is None or policy.access.means_everybody(grant.principal):
            continue
        about = [rule for rule in policy.access.rules if not rule.sources or one.asset.source in rule.sources]
        if any(is_called(name, rule.principals) for name in grant.principals for rule in about):
            continue
        for found in one.fields:
            if found.form in PLAIN_EQUIVALENT and grant.field in (None, found.field) and found.level.jrt0171:
                reached[grant.principal, one.asset.source].add(found.level.jrt0171)
    for (principal, source), classes in sorted(reached.items()):
        given = f"principals: [{_quoted(principal)}], sources: [{source}], levels: [{', '.join(sorted(classes))}]"
        yield f"    - {{{given}, actions: [read]}}    # {CONFIRM}: 岗位是否需要 / whether the post needs it"


def _quoted(name: str) -> str:
    """A name as a YAML scalar: bare where nothing could be guessed into it, else in double quotes (YAML 1.2, 7.3.1)."""
    if _BARE.fullmatch(name) and name.lower() not in _GUESSED:
        return name
    return json.dumps(name, ensure_ascii=not name.isprintable())


def _shown(name: str) -> str:
    """A name fit for a comment: on one line."""
    return "".join(char if char.isprintable() else "�" for char in name)
