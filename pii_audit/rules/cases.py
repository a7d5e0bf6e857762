"""The cases of the rule catalogue: situations beside each rule's text, with what the rule finds in them.

A situation is written as an auditor would tell it: the policy, what was seen where, who may read it. They stand in
`*.cases.yaml` beside the rules, are run by the tests, and are shown on the generated page of the rules.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, cast

from pii_audit import content
from pii_audit.document import (
    BOOLEAN,
    DATE,
    ID,
    MISSING,
    PROOF,
    STRING,
    TITLE,
    Choice,
    Either,
    ListOf,
    MapOf,
    Reader,
    Record,
    Section,
    unknown,
    whole,
    word,
)
from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.setting import SettingKind
from pii_audit.policy.language import COUNT, ELEMENT, FORM, NON_EMPTY
from pii_audit.policy.rule_ids import CASES, FOLDER
from pii_audit.rules.catalogue import RULE_ID, load_rules
from pii_audit.workspace import AccountKind
from pii_audit.workspace.language import REGION

Finds = Literal["violation", "gap", "nothing"]

_SHOWN = Record({"first": whole(0), "last": whole(0)}, required=("first", "last"))
_AS_SEEN = Either(scalar=FORM, mapping=Record({"form": FORM, "show": _SHOWN, "inadequate": BOOLEAN}, ("form",)))
_HELD = MapOf(_AS_SEEN, key=ELEMENT)
_MONTH = word(Text("月份（YYYY-MM）", "a month (YYYY-MM)"), r"[0-9]{4}-[0-9]{2}")
_GRANT = Record(
    {
        "principal": NON_EMPTY,
        "may": Choice(["read", "select", "write", "export", "all", "owner"]),
        "path": ListOf(NON_EMPTY),
        "grantable": BOOLEAN,
        "wider": BOOLEAN,
    },
    required=("principal",),
)
_ASSETS = MapOf(
    Record(
        {
            "kind": Choice(["table", "view", "file", "feed"]),
            "fields": MapOf(Either(scalar=Choice(["none"]), mapping=_HELD), key=NON_EMPTY),
            "text": _HELD,
            "rows": COUNT,
            "people": ListOf(COUNT, at_least=2),
            "consenting": MapOf(whole(0), key=NON_EMPTY),
            "dates": MapOf(MapOf(COUNT, key=_MONTH), key=NON_EMPTY),
            "modified": DATE,
            "foreign_cards": COUNT,
            "grants": ListOf(_GRANT, at_least=1),
            "not_read": TITLE,
        },
        what=Text("资产", "an asset"),
    ),
    key=NON_EMPTY,
)
_SOURCE = Record(
    {
        "kind": Choice(["database", "file_share", "feed"]),
        "owner": STRING,
        "environment": ID,
        "region": REGION,
        "published": NON_EMPTY,
        "at_rest": Record({"method": PROOF, "until": DATE}, required=("method",)),
    }
)
_ACCOUNT = Record(
    {
        "account": NON_EMPTY,
        "kind": Choice([kind.value for kind in AccountKind]),
        "holders": ListOf(NON_EMPTY, at_least=1),
        "last_used": DATE,
    },
    required=("account",),
)
_SETTING = Record(
    {
        "source": ID,
        "kind": Choice([kind.value for kind in SettingKind]),
        "principal": NON_EMPTY,
        "reaches": ListOf(NON_EMPTY, at_least=1),
    },
    required=("source", "kind"),
)
CASE = Record(
    {
        "title": TITLE,
        "finds": Choice(["violation", "gap", "nothing"]),
        "as_of": DATE,
        "policy": STRING,
        "institution": Record({"roles": ListOf(ID), "own_bins": ListOf(STRING)}),
        "sources": MapOf(_SOURCE),
        "assets": _ASSETS,
        "earlier": _ASSETS,
        "leavers": ListOf(NON_EMPTY, at_least=1),
        "accounts": ListOf(_ACCOUNT, at_least=1),
        "settings": ListOf(_SETTING, at_least=1),
    },
    required=("title", "finds"),
    what=Text("用例", "a case"),
)
CASE_FILE = Record(
    {"version": Choice(["1"]), "cases": MapOf(ListOf(CASE, at_least=1), RULE_ID)},
    required=("version", "cases"),
)
"""The form of a `*.cases.yaml` under policies/rules/.

Assets are called `source.name`. `people: [1, 50]` are persons number 1 to 50, so that assets may have some in common;
`consenting` counts the rows whose consent column says yes, `foreign_cards` those with cards of other institutions;
`earlier` is what an earlier run saw.
"""


@dataclass(frozen=True, slots=True)
class RuleCase:
    """A situation and what one rule finds in it: `situation` as read, `written` as it stands in the file."""

    rule: str
    title: Text
    finds: Finds
    situation: Section
    written: str
    position: Position


@cache
def load_cases() -> Mapping[str, Sequence[RuleCase]]:
    """The cases of every rule that has any, by its id. Raises ConfigurationError when a file of them is wrong."""
    paths = content.walk(FOLDER, CASES)
    return read_cases({path: content.data(path) for path in paths})


def read_cases(files: Mapping[str, bytes]) -> Mapping[str, Sequence[RuleCase]]:
    """The cases of some files; `files` maps the name to show in diagnostics to the content.

    Raises ConfigurationError with everything that is wrong in all of them.
    """
    reader = Reader()
    found: dict[str, list[RuleCase]] = {}
    for name, raw in files.items():
        read = reader.read_bytes(raw, CASE_FILE, shown_as=name)
        if read is MISSING or "cases" not in read:
            continue
        lines = raw.decode().splitlines()
        for rule, several in read["cases"].items():
            if rule not in load_rules():
                reader.note(read["cases"].positions[rule], unknown(Text("规则", "rule"), rule, load_rules()))
            found.setdefault(rule, []).extend(_case(rule, one, lines) for one in several if "finds" in one)
    reader.raise_problems()
    return MappingProxyType(found)


def _case(rule: str, section: Section, lines: Sequence[str]) -> RuleCase:
    written = _item(lines, section.position)
    title = section.get("title", Text("", ""))
    return RuleCase(rule, title, cast("Finds", section["finds"]), section, written, section.position)


def _item(lines: Sequence[str], position: Position) -> str:
    """The lines of a list's item that begins at a place, without the dash and what says the title and the verdict."""
    first, indent = (position.line or 1) - 1, (position.column or 1) - 1
    block = [" " * indent + lines[first][indent:]]
    for line in lines[first + 1 :]:
        if line.strip() and len(line) - len(line.lstrip()) < indent:
            break
        block.append(line)
    told = (line for line in block if not line.startswith((" " * indent + "title:", " " * indent + "finds:")))
    return textwrap.dedent("\n".join(told)).strip()
