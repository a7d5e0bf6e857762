"""Whether an override only tightens what it stands on: whatever the floor objects to is objected to still."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pii_audit.document import Section
from pii_audit.errors import Position, Problem
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text, same
from pii_audit.policy.evaluation.wording import FORMS
from pii_audit.policy.model import AGREEMENT_ITEMS, STRICTEST, Agreement, Combination, Flow, Lines, Purpose, Recipient
from pii_audit.policy.permitted import lifted, widened


def _loosens(position: Position, what: Text, floor: Position) -> Problem:
    at = floor.to_line
    return Problem(position, Text(f"放宽了 {at} 的底线：{what.zh}", f"loosens the floor at {at}: {what.en}"))


def _lines(floor: Lines | None, lines: Lines | None, at: Position, catalogue: Catalogue) -> Iterator[Problem]:
    for one in widened(floor, lines, catalogue) if lines is not None else ():
        form = FORMS[one.seen.form]
        what = Text(f"允许 {one.seen.element}（{form.zh}）", f"lets {one.seen.element} pass {form.en}")
        yield _loosens(one.position, what, floor.position if floor is not None else at)


def loosened_purpose(floor: Purpose, purpose: Purpose, catalogue: Catalogue) -> Iterator[Problem]:
    """More elements, weaker forms, or a combination that is no longer ruled out."""
    yield from _lines(floor.permitted, purpose.permitted, floor.position, catalogue)
    for before in floor.one_of:
        if not any(_words(before) <= _words(now) for now in purpose.one_of):
            yield _dropped("one_of", before, purpose)
    for before in floor.never_together:
        if not any(_words(now) <= _words(before) for now in purpose.never_together):
            yield _dropped("never_together", before, purpose)


def changed_terms(floor: Section, purpose: Section) -> Iterator[Problem]:
    """What a purpose says beside its elements: its population and period stay, the assets that serve it may become more."""
    for key in ("population", "retention"):
        if key in floor and floor[key] != purpose.get(key):
            what = Text(f"改动了 {key}", f"changes {key}")
            yield _loosens(purpose.at(key), what, floor.at(key))
    gone = [asset for asset in floor.get("held_in", ()) if asset not in purpose.get("held_in", ())]
    if gone:
        named = ", ".join(gone)
        what = Text(f"held_in 缺少 {named}", f"held_in lacks {named}")
        yield _loosens(purpose.at("held_in"), what, floor.at("held_in"))


def _words(combination: Combination) -> frozenset[str]:
    return frozenset(str(element) for element in combination.elements)


def _dropped(key: str, before: Combination, purpose: Purpose) -> Problem:
    named = " + ".join(map(str, before.elements))
    return _loosens(purpose.position, Text(f"缺少 {key} {named}", f"{key} {named} is gone"), before.position)


def loosened_recipient(floor: Recipient, recipient: Recipient, catalogue: Catalogue) -> Iterator[Problem]:
    """Another role or region, a wider scope, more purposes or people, a prohibition lifted, an agreement stretched."""
    for key in ("role", "region", "return_or_delete", "transfer"):
        before, now = getattr(floor, key), getattr(recipient, key)
        if before != now and (before is not None or key == "transfer"):
            yield _changed(key, before, now, recipient.position, floor.position)
    if recipient.scope is not floor.scope:
        unscoped = floor.scope is None and not _all_scoped(floor)
        if floor.scope is not None or unscoped:
            yield from _lines(floor.scope, recipient.scope, floor.position, catalogue)
    if floor.purposes is not None:
        for purpose in recipient.purposes or ():
            if purpose not in floor.purposes:
                at = recipient.purposes_position or recipient.position
                what = Text(f"增加了用途 {purpose}", f"adds purpose {purpose}")
                yield _loosens(at, what, floor.purposes_position or floor.position)
    for element in lifted(floor.never, recipient.never, catalogue):
        what = Text(f"取消了 never “{element}”", f'never "{element}" is gone')
        yield _loosens(recipient.position, what, element.position)
    yield from _limits(floor, recipient)
    yield from _agreements(floor, recipient, catalogue)
    yield from _facts(floor, recipient)


def _facts(floor: Recipient, recipient: Recipient) -> Iterator[Problem]:
    """What is on record of a recipient, and makes the floor object, is on record still."""
    for sub in recipient.sub_processors:
        if sub not in floor.sub_processors:
            what = Text(f"增加了转委托 {sub.name}", f"adds sub-processor {sub.name}")
            yield _loosens(recipient.position, what, floor.position)
    for sub in floor.sub_processors:
        if sub not in recipient.sub_processors:
            what = Text(f"缺少底线登记的转委托 {sub.name}", f"sub-processor {sub.name} as entered there is gone")
            yield _loosens(recipient.position, what, floor.position)
    held = {(one.name, one.until) for one in recipient.certifications}
    for one in floor.certifications:
        if (one.name, one.until) not in held:
            until = Text(f"（至 {one.until}）", f" until {one.until}") if one.until else Text("", "")
            what = Text(f"缺少认证 {one.name}{until.zh}", f"certification {one.name}{until.en} is gone")
            yield _loosens(recipient.position, what, one.position)


def _all_scoped(recipient: Recipient) -> bool:
    agreements = recipient.agreements
    return bool(agreements) and all(agreement.scope is not None for agreement in agreements)


def _changed(key: str, before: Any, now: Any, position: Position, floor: Position) -> Problem:
    if key == "transfer":
        said = Text("出境机制 transfer 只能写在底线中", "a transfer mechanism is entered in the floor only")
        return _loosens(position, said, floor)
    return _loosens(position, Text(f"{key} 由 {before} 改为 {now}", f"{key} goes from {before} to {now}"), floor)


def _limits(floor: Recipient, recipient: Recipient) -> Iterator[Problem]:
    if floor.max_persons is None:
        return
    for key in ("per_run", "per_day", "per_year"):
        before, now = getattr(floor.max_persons, key), getattr(recipient.max_persons, key, None)
        if before is not None and (now is None or now > before):
            at = recipient.max_persons.position if recipient.max_persons is not None else recipient.position
            what = Text(f"max_persons.{key} 由 {before} 改为 {now}", f"max_persons.{key} goes from {before} to {now}")
            yield _loosens(at, what, floor.max_persons.position)


def _agreements(floor: Recipient, recipient: Recipient, catalogue: Catalogue) -> Iterator[Problem]:
    """Each agreement must be one of the floor's, no longer and no wider; a floor without any leaves it open."""
    if floor.agreements and recipient.scope is None and not _all_scoped(floor) and _all_scoped(recipient):
        what = Text("协议的 scope 取代了缺失的合作范围", "scopes of agreements stand in for a scope that was missing")
        yield _loosens(recipient.position, what, floor.position)
    if floor.agreements and floor.scope is None and _terms(floor) != _terms(recipient):
        # Where nothing but agreements says what may leave, one that goes leaves nobody who objects to a form.
        said = Text(
            "没有 scope 时，协议的日期和用途不能改", "without a scope, agreements keep their dates and purposes"
        )
        yield _loosens(recipient.position, said, floor.position)
    by_ref = {agreement.ref: agreement for agreement in floor.agreements}
    yield from _incomplete(floor, recipient)
    for now in recipient.agreements if floor.agreements else ():
        before = by_ref.get(now.ref)
        if before is None:
            what = Text(f"底线没有协议 {now.ref}", f"the floor has no agreement {now.ref}")
            yield _loosens(now.position, what, floor.agreements[0].position)
        elif before.position != now.position:
            yield from _stretched(before, now, catalogue)


def _incomplete(floor: Recipient, recipient: Recipient) -> Iterator[Problem]:
    """Agreements of several that do not fix what they have to stay as they are: the others would do in their place."""
    kept = {_term(one) for one in recipient.agreements}
    for one in floor.agreements if len(floor.agreements) > 1 else ():
        lacks = one.items is not None and not set(one.items) >= set(AGREEMENT_ITEMS)
        if lacks and _term(one) not in kept:
            what = Text(
                f"约定事项不全的协议 {one.ref} 缺失或被改动",
                f"agreement {one.ref}, which does not fix everything, is gone or another",
            )
            yield _loosens(recipient.position, what, one.position)


def _terms(recipient: Recipient) -> list[tuple[object, ...]]:
    return [_term(one) for one in recipient.agreements]


def _term(agreement: Agreement) -> tuple[object, ...]:
    return (agreement.ref, agreement.from_, agreement.until, agreement.purposes)


def _stretched(before: Agreement, now: Agreement, catalogue: Catalogue) -> Iterator[Problem]:
    if before.from_ is not None and (now.from_ is None or now.from_ < before.from_):
        yield _loosens(now.position, Text(f"协议 {now.ref} 开始得更早", f"{now.ref} begins earlier"), before.position)
    if before.until is not None and (now.until is None or now.until > before.until):
        yield _loosens(now.position, Text(f"协议 {now.ref} 结束得更晚", f"{now.ref} ends later"), before.position)
    wider = now.purposes is None or not set(now.purposes) <= set(before.purposes or now.purposes)
    if before.purposes is not None and wider:
        said = Text(f"协议 {now.ref} 的用途更多", f"{now.ref} covers more purposes")
        yield _loosens(now.position, said, before.position)
    if before.items is not None and (now.items is None or not set(now.items) <= set(before.items)):
        said = Text(f"协议 {now.ref} 的约定事项（items）更多", f"{now.ref} fixes more items")
        yield _loosens(now.position, said, before.position)
    if before.scope is not None and now.scope is None:
        yield _loosens(now.position, Text(f"协议 {now.ref} 没有了 scope", f"{now.ref} has no scope"), before.position)
    elif before.scope is not None:
        yield from _lines(before.scope, now.scope, before.position, catalogue)


def other_population(flow: Section, purpose: Section) -> Iterator[Problem]:
    """A flow of one's own that serves a purpose of the floor is about the people whom the floor names."""
    now, before = flow.get("population"), purpose.get("population")
    if now is not None and before is not None and now != before:
        said = Text("population 与用途的不同", "population is another than that of the purpose")
        yield _loosens(flow.at("population"), said, purpose.at("population"))


_STAYS = (
    "recipient",
    "purpose",
    "source",
    "match",
    "channel",
    "protection",
    "legal_basis",
    "pia",
    "population",
    "endpoint",
    "frequency",
    "ended",
)
"""Keys of a flow that stay as the floor states them; what it leaves out may be filled in, save those that mend a breach."""


def loosened_flow(floor: Flow, flow: Flow) -> Iterator[Problem]:
    """Another recipient, purpose, basis or channel, columns declared otherwise, undeclared ones let through."""
    for key in _STAYS:
        before, now = getattr(floor, key), getattr(flow, key)
        stated = floor.source is not None if key == "match" else before is not None
        if before != now and (stated or _mends(key, floor)):
            what = Text(f"改动了 {key}", f"changes {key}")
            yield _loosens(flow.at(key), what, floor.at(key))
    yield from _consent(floor, flow)
    yield from _fields(floor, flow)
    if floor.free_text == "forbid" and flow.free_text != "forbid":
        yield _loosens(flow.at("free_text"), same("free_text"), floor.at("free_text"))


def _mends(key: str, floor: Flow) -> bool:
    """Whether stating a key could make a breach of the floor's go away: a guard on its channel, a basis beside consent."""
    return (key == "protection" and floor.channel is not None) or (key == "legal_basis" and floor.consent is not None)


def _consent(floor: Flow, flow: Flow) -> Iterator[Problem]:
    if floor.consent is None or flow.consent is None or flow.consent == floor.consent:
        return
    for key in ("kind", "ref", "field"):
        before, now = getattr(floor.consent, key), getattr(flow.consent, key)
        if before is not None and before != now:
            what = Text(f"改动了 consent.{key}", f"changes consent.{key}")
            yield _loosens(flow.consent.position, what, floor.consent.position)


def _fields(floor: Flow, flow: Flow) -> Iterator[Problem]:
    stated, declared = floor.fields or {}, flow.fields or {}
    for column, before in stated.items():
        now = declared.get(column)
        if now is None or str(now) != str(before):
            what = Text(f"列 “{column}” 不再声明为 {before}", f'column "{column}" is no longer declared {before}')
            yield _loosens(flow.at("fields"), what, before.position)
    judged = floor.undeclared_fields or "violation"
    for column, now in declared.items():
        if column in stated:
            continue
        if now.subject is not None:
            # Whose information a column holds decides which lines speak of it.
            what = Text(f"声明列 “{column}” 属于 @{now.subject}", f'declares column "{column}" to be of @{now.subject}')
            yield _loosens(now.position, what, floor.at("fields"))
        elif floor.fields is not None and judged != "allow":
            what = Text(f"增加了列 “{column}”", f'adds column "{column}"')
            yield _loosens(now.position, what, floor.at("fields"))
    after = flow.undeclared_fields or "violation"
    if floor.fields is not None and STRICTEST.index(after) > STRICTEST.index(judged):
        what = Text(f"undeclared_fields 由 {judged} 改为 {after}", f"undeclared_fields goes from {judged} to {after}")
        yield _loosens(flow.at("undeclared_fields"), what, floor.at("undeclared_fields"))
