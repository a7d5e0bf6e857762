"""What the schema of a policy file cannot say: words that must be known, ids that must exist, lines that contradict."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pii_audit.document import Reader, Section, Words, slip, unknown
from pii_audit.errors import Position
from pii_audit.identifiers.model import Catalogue
from pii_audit.identifiers.people import spelled
from pii_audit.language import Text
from pii_audit.model.levels import LevelSelector
from pii_audit.policy.files import PACK
from pii_audit.policy.model import CUSTOMER, SUBJECTS
from pii_audit.policy.rule_ids import exceptable_rules

_Where = tuple[str, Position]
MANUAL = "MAN"
"""The family of rules that only a human can answer."""


@dataclass(frozen=True, slots=True)
class Known:
    """The ids that there are to refer to; None where that is not known, and references prove nothing."""

    purposes: Words | None = None
    recipients: Words | None = None
    flows: Words | None = None
    rules: Words | None = None
    sources: Words | None = None
    misspelt_posts: Mapping[str, str] = field(default_factory=dict)
    misspelt_environments: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        documents: Sequence[Section],
        *,
        complete: bool,
        sources: Iterable[str] | None = None,
        environments: Iterable[str] = (),
    ) -> Known:
        """What these files define, entries that are wrong in themselves included, and the workspace's sources.

        Not `complete`: a file that could not be read may define what the others refer to. `environments` are those
        of the sources; of them and of posts, names that prohibitions misspell are known with what they mean.
        """

        def ids(section: str) -> Words | None:
            if not complete:
                return None
            return Words(name for document in documents for name in _positions(document.get(section)))

        there = Words(sources) if sources is not None else None
        access = [document.get("access", {}) for document in documents]
        posts = {rule["post"] for section in access for rule in section.get("rules", ()) if "post" in rule}
        apart = {post for section in access for several in section.get("incompatible", ()) for post in several}
        stated = {name for document in documents for name in document.get("storage", {}).get("environments", ())}
        return cls(
            ids("purposes"),
            ids("recipients"),
            ids("flows"),
            ids("rules"),
            there,
            _misspelt(apart, posts),
            _misspelt(stated, environments),
        )


def _misspelt(named: Collection[str], there: Iterable[str]) -> dict[str, str]:
    """The names that are a slip of one that is there and is not named itself. One like none may stand in reserve."""
    known = frozenset(there)
    meant = {name: slip(name, known) for name in named}
    return {name: one for name, one in meant.items() if one is not None and one not in named}


def _positions(section: Section | None) -> Mapping[str, Position]:
    return section.positions if section is not None else {}


def _entries(document: Section, name: str) -> Iterator[Section]:
    yield from document.get(name, {}).values()


def _items(items: Any) -> Iterator[_Where]:
    if items is not None:
        yield from zip(items, items.positions, strict=True)


def _keys(lines: Section) -> Iterator[_Where]:
    for word in lines:
        yield word, lines.at(word)


def _section(holder: Section, key: str) -> Section:
    found = holder.get(key)
    return found if isinstance(found, Section) else Section(holder.position)


def check(document: Section, known: Known, catalogue: Catalogue, reader: Reader) -> None:
    """Notes what is wrong in one file: unknown words and references, and lines that contradict each other."""
    for word, position in _words(document):
        _check_word(word, position, catalogue, reader)
    for lines in _line_maps(document):
        _check_twice(lines, reader)
    for purpose in _entries(document, "purposes"):
        _check_purpose(purpose, known, reader)
    for recipient in _entries(document, "recipients"):
        _check_recipient(recipient, known, reader)
    for flow in _entries(document, "flows"):
        _check_flow(flow, known, catalogue, reader)
    _check_access(_section(document, "access"), known, reader)
    _check_storage(_section(document, "storage"), known, reader)
    for rule in document.get("classification", {}).get("raise", ()):
        _check_raise(rule, catalogue, reader)
    for exception in document.get("exceptions", ()):
        _check_exception(exception, known, catalogue, reader)
    _check_attestations(document.get("attestations", {}), reader)
    for rule, position in _items(document.get("floor", {}).get("no_exceptions")):
        if rule not in exceptable_rules():
            reader.note(position, unknown(Text("规则", "rule"), rule, exceptable_rules()))


def _check_attestations(attestations: Mapping[str, Any], reader: Reader) -> None:
    """Only what no scan can see is attested: the manual rules."""
    named = [*_items(attestations.get("required"))]
    for one in attestations.get("given", ()):
        named += [(one["item"], one.at("item"))] if "item" in one else []
        if "on" in one and "until" in one and one["on"] > one["until"]:
            reader.note(one.at("until"), Text("截止日期早于起始日期", "ends before it begins"))
    items = [rule for rule in exceptable_rules() if rule.startswith(MANUAL)]
    for item, position in named:
        if item not in items:
            reader.note(position, unknown(Text("人工项", "manual item"), item, items))


def _check_access(access: Section, known: Known, reader: Reader) -> None:
    for rule in access.get("rules", ()):
        _check_references(rule.get("sources"), _SOURCE, known.sources, reader)
        if {"levels", "up_to"} <= rule.positions.keys():
            said = Text("levels 与 up_to 只能写一个", "write levels or up_to, not both")
            reader.note(rule.at("up_to"), said)
    for posts in access.get("incompatible", ()):
        for post, position in _items(posts):
            _check_slip(post, position, _POST, known.misspelt_posts, reader)


def _check_slip(word: str, position: Position, kind: Text, misspelt: Mapping[str, str], reader: Reader) -> None:
    """Notes a misspelt name; not in a pack, which cannot know how its reader writes them."""
    if word in misspelt and not position.file.startswith(PACK):
        reader.note(position, unknown(kind, word, [misspelt[word]]))


def _check_storage(storage: Section, known: Known, reader: Reader) -> None:
    environments = _section(storage, "environments")
    for name, environment in environments.items():
        _check_slip(name, environments.at(name), _ENVIRONMENT, known.misspelt_environments, reader)
        _check_references(environment.get("when", {}).get("same_persons_as"), _SOURCE, known.sources, reader)
    for period in storage.get("retention", ()):
        _check_retention(period, reader)
        if not {"asset", "holding"} & period.positions.keys():
            said = Text("写 asset 或 holding:说的是哪些资产", "write asset or holding: which assets it is about")
            reader.note(period.position, said)
        if not {"date", "keep_at_least", "delete_after"} & period.positions.keys():
            said = Text("写 date、keep_at_least 或 delete_after", "write date, keep_at_least or delete_after")
            reader.note(period.position, said)


def _agreements(recipient: Section) -> list[Section]:
    single = [recipient["agreement"]] if "agreement" in recipient else []
    return [*single, *recipient.get("agreements", ())]


def _line_maps(document: Section) -> Iterator[Section]:
    for purpose in _entries(document, "purposes"):
        yield from (purpose[name] for name in ("needs", "allows") if name in purpose)
    for recipient in _entries(document, "recipients"):
        for holder in (recipient, *_agreements(recipient)):
            if "scope" in holder:
                yield holder["scope"]
    for section in (document.get("storage", {}), document.get("floor", {})):
        if "forms" in section:
            yield section["forms"]


def _words(document: Section) -> Iterator[_Where]:
    for lines in _line_maps(document):
        yield from _keys(lines)
    for purpose in _entries(document, "purposes"):
        for name in ("one_of", "never_together"):
            for combination in purpose.get(name, ()):
                yield from _items(combination)
    for recipient in _entries(document, "recipients"):
        yield from _items(recipient.get("never"))
    for flow in _entries(document, "flows"):
        fields = _section(flow, "fields")
        yield from ((word, fields.at(name)) for name, word in fields.items() if word != "none")
        if "population" in flow and "key" in flow["population"]:
            yield flow["population"]["key"], flow["population"].at("key")
    access = document.get("access", {})
    for rule in (*access.get("rules", ()), *access.get("never", ())):
        yield from _items(rule.get("levels"))
    yield from _items(document.get("floor", {}).get("never"))
    storage = document.get("storage", {})
    yield from _items(storage.get("never"))
    for environment in storage.get("environments", {}).values():
        yield from _items(environment.get("forbid"))
    for period in storage.get("retention", ()):
        yield from _items(period.get("holding"))
    yield from _keys(storage.get("regions", Section(document.position)))
    for rule in document.get("classification", {}).get("raise", ()):
        yield from _items(rule.get("together"))


def _check_word(word: str, position: Position, catalogue: Catalogue, reader: Reader) -> None:
    base, _, subject = word.partition("@")
    if not catalogue.known(base):
        reader.note(position, unknown(Text("识别项、组或级别", "identifier, group or level"), base, catalogue.words))
    if subject and subject not in SUBJECTS:
        reader.note(position, unknown(Text("信息主体", "subject"), subject, SUBJECTS))


def _check_twice(lines: Section, reader: Reader) -> None:
    for word in lines:
        base, _, subject = word.partition("@")
        if subject == CUSTOMER and base in lines:
            first = lines.at(base).line
            zh, en = f"“{word}” 与第 {first} 行的 “{base}” 相同", f'"{word}" is the same as "{base}" in line {first}'
            reader.note(lines.at(word), Text(zh, en))


def _check_purpose(purpose: Section, known: Known, reader: Reader) -> None:
    _check_within(purpose.get("population"), known.sources, reader)
    if "retention" in purpose:
        _check_retention(purpose["retention"], reader)
        if "held_in" not in purpose.positions:
            said = Text("没有 held_in，不知道期限用于哪些资产", "without held_in there is no asset to keep so long")
            reader.note(purpose.at("retention"), said)
    needs, allows = purpose.get("needs", {}), purpose.get("allows", {})
    for word in allows:
        if word in needs:
            line = needs.at(word).line
            zh, en = f"“{word}” 已在第 {line} 行的 needs 中", f'"{word}" already stands under needs in line {line}'
            reader.note(allows.at(word), Text(zh, en))


def _check_dates(section: Section, reader: Reader) -> None:
    if "from" in section and "until" in section and section["from"] > section["until"]:
        reader.note(section.at("until"), Text("截止日期早于起始日期", "ends before it begins"))


def _check_references(items: Any, kind: Text, known: Words | None, reader: Reader) -> None:
    if known is None:
        return
    for name, position in _items(items):
        if name not in known:
            reader.note(position, unknown(kind, name, known))


_PURPOSE = Text("用途", "purpose")
_RECIPIENT = Text("接收方", "recipient")
_FLOW = Text("数据流", "flow")
_SOURCE = Text("数据源", "source")
_POST = Text("岗位", "post")
_ENVIRONMENT = Text("环境", "environment")


def _check_recipient(recipient: Section, known: Known, reader: Reader) -> None:
    if "agreement" in recipient and "agreements" in recipient:
        said = Text("agreement 与 agreements 只能写一个", "write agreement or agreements, not both")
        reader.note(recipient.at("agreements"), said)
    _check_references(recipient.get("purposes"), _PURPOSE, known.purposes, reader)
    for agreement in _agreements(recipient):
        _check_dates(agreement, reader)
        _check_references(agreement.get("purposes"), _PURPOSE, known.purposes, reader)


def _check_one(section: Section, key: str, kind: Text, known: Words | None, reader: Reader) -> None:
    if known is not None and key in section and section[key] not in known:
        reader.note(section.at(key), unknown(kind, section[key], known))


def _check_flow(flow: Section, known: Known, catalogue: Catalogue, reader: Reader) -> None:
    _check_one(flow, "recipient", _RECIPIENT, known.recipients, reader)
    _check_one(flow, "purpose", _PURPOSE, known.purposes, reader)
    _check_one(flow, "source", _SOURCE, known.sources, reader)
    _check_within(flow.get("population"), known.sources, reader)
    fields = _section(flow, "fields")
    for name, word in fields.items():
        if LevelSelector.parse(word.partition("@")[0]) is not None:
            said = Text(
                "列应声明为识别项或组，不能是级别", "a column is declared as an identifier or a group, not as a level"
            )
            reader.note(fields.at(name), said)
    key = flow.get("population", {}).get("key")
    if key is not None and catalogue.known(key) and key not in catalogue:
        reader.note(flow["population"].at("key"), Text("应为一个识别项", "expected one identifier"))
    if "fields" not in flow.positions and "undeclared_fields" in flow:
        said = Text("没有 fields,undeclared_fields 没有意义", "undeclared_fields means nothing without fields")
        reader.note(flow.at("undeclared_fields"), said)


def _check_raise(rule: Section, catalogue: Catalogue, reader: Reader) -> None:
    """A combination raises the grades of JR/T 0197; a C class only where a one-time code stands beside an account."""
    to = LevelSelector.parse(rule.get("to", ""))
    if "to" in rule and (to is None or to.and_above or to.scheme == "pci"):
        said = Text("应为一个级别，例如 jrt0197:4", "expected one grade such as jrt0197:4")
        reader.note(rule.at("to"), said)
    elif to is not None and to.scheme == "jrt0171":
        words = {word.partition("@")[0] for word in rule.get("together", ())}
        names = {name for word in words if catalogue.known(word) for name in catalogue.expand(word)}
        accounts = catalogue.expand("account") | catalogue.expand("bank_card")
        if to.value != "C3" or "otp_code" not in names or not names & accounts:
            said = Text(
                "组合不改变 C 类，只有动态口令与账户在一起才成为 C3",
                "a combination raises no C class, save a one-time code with an account to C3",
            )
            reader.note(rule.at("to"), said)


def _check_within(population: Section | None, sources: Words | None, reader: Reader) -> None:
    """The asset that a population is taken from is written `source.name`."""
    if population is None or "within" not in population or sources is None:
        return
    source = population["within"].partition(".")[0]
    if source not in sources:
        reader.note(population.at("within"), unknown(_SOURCE, source, sources))


def _check_retention(rule: Section, reader: Reader) -> None:
    keep, delete = rule.get("keep_at_least"), rule.get("delete_after")
    if keep and delete and keep.days > delete.days:
        reader.note(rule.at("delete_after"), Text("短于 keep_at_least", "shorter than keep_at_least"))


def _check_exception(exception: Section, known: Known, catalogue: Catalogue, reader: Reader) -> None:
    rules = {**exceptable_rules(), **dict.fromkeys(known.rules or (), True)}
    rule = exception.get("rule")
    if rule is not None and rule not in rules:
        reader.note(exception.at("rule"), unknown(Text("规则", "rule"), rule, rules))
    elif rule is not None and not rules[rule]:
        reader.note(exception.at("rule"), Text(f"规则 {rule} 不接受例外", f"rule {rule} takes no exception"))
    _check_one(exception, "flow", _FLOW, known.flows, reader)
    _check_one(exception, "recipient", _RECIPIENT, known.recipients, reader)
    _check_one(exception, "source", _SOURCE, known.sources, reader)
    _check_one(exception, "identifier", Text("识别项", "identifier"), Words(catalogue), reader)
    people = [spelled(exception.get(key, "")) for key in ("owner", "approver")]
    if people[0] and people[0] == people[1]:
        said = Text("批准人不能是责任人本人", "the approver may not be the owner")
        reader.note(exception.at("approver"), said)
