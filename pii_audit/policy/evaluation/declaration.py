"""What the flow declares against what is there: SHR002 for columns and free text, QLT001 for what is never seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.evidence import FREE_TEXT
from pii_audit.model.finding import Outcome, Use, Verdict
from pii_audit.model.forms import Form
from pii_audit.model.run import Inspected
from pii_audit.policy.evaluation.case import Case, Seen
from pii_audit.policy.evaluation.elements import breach
from pii_audit.policy.evaluation.permission import Answer, permission
from pii_audit.policy.evaluation.wording import columns, demanded
from pii_audit.policy.model import CUSTOMER, Element

PROSE_SHARE = 0.2
"""From this share of its filled cells on, a column of sentences is running text."""


@dataclass(frozen=True, slots=True)
class _Reported:
    """Columns that a verdict on an element has already objected to: one finding for one wrong."""

    pairs: frozenset[tuple[str, str]]
    columns: frozenset[str]

    @classmethod
    def of(cls, verdicts: Sequence[Verdict]) -> _Reported:
        bad = [verdict for verdict in verdicts if verdict.outcome is not Outcome.COMPLIANT]
        pairs = frozenset((str(verdict.identifier), column) for verdict in bad for column in verdict.fields)
        return cls(pairs, frozenset(column for _, column in pairs))


def declaration_verdicts(verdicts: Sequence[Verdict], case: Case) -> Iterator[Verdict]:
    """All verdicts on declared columns, free text and needed elements, given those on the elements."""
    reported = _Reported.of(verdicts)
    missing = list(_needs_never_seen(case))
    if case.flow.fields is not None:
        yield from _other_than_declared(case.flow.fields, reported, case)
        yield from _undeclared(case.flow.fields, reported, case)
        yield from _never_seen(case.flow.fields, {verdict.element for verdict in missing}, case)
    if case.flow.free_text == "forbid":
        inside = list(_free_text(reported, case))
        yield from inside
        objected = reported.columns.union(*(verdict.fields for verdict in inside))
        yield from _prose(_Reported(reported.pairs, objected), case)
    yield from missing


def _is_declared(declared: Element | None, identifier: str, case: Case) -> bool:
    return declared is not None and not declared.is_none and identifier in case.catalogue.expand(declared.word)


def _of_columns(
    names: tuple[str, ...], outcome: Outcome, message: Text, position: Position, case: Case, **more: object
) -> Verdict:
    assets = tuple(asset.asset.id for asset in case.observed.assets if set(names) & set(asset.columns))
    return case.verdict(names[0], outcome, message, position, fields=names, assets=assets, **more)


def _other_than_declared(fields: Mapping[str, Element], reported: _Reported, case: Case) -> Iterator[Verdict]:
    for seen in case.seen:
        for name in seen.fields:
            declared = fields.get(name)
            if declared is None or (seen.identifier, name) in reported.pairs:
                continue
            if _is_declared(declared, seen.identifier, case):
                continue
            where, at = columns((name,)), declared.position.to_line
            title = case.title(seen.identifier)
            message = Text(
                f"{where.zh}声明为 {declared}（{at}），实际含{title.zh}",
                f"{where.en} is declared {declared} ({at}) and holds {title.en}",
            )
            remedy = Text(
                f"从{where.zh}中去掉 {seen.identifier}，或改正声明并重新评估",
                f"take {seen.identifier} out of {where.en}, or correct the declaration and assess it anew",
            )
            yield _of_columns(
                (name,),
                breach(seen),
                message,
                declared.position,
                case,
                rule="SHR002",
                identifier=seen.identifier,
                subject=seen.subject,
                form=seen.form.value,
                remedy=remedy,
            )


def _undeclared(fields: Mapping[str, Element], reported: _Reported, case: Case) -> Iterator[Verdict]:
    judgement = case.flow.undeclared_fields or ("violation" if case.recipient.outside else "gap")
    if judgement == "allow":
        return
    key = "undeclared_fields" if case.flow.undeclared_fields else "fields"
    position = case.flow.at(key)
    for name in dict.fromkeys(name for asset in case.observed.assets for name in asset.columns):
        if name in fields or name in reported.columns:
            continue
        where = columns((name,))
        message = Text(
            f"{where.zh}没有在 fields 中声明（{position.to_line}）",
            f"{where.en} is not declared under fields ({position.to_line})",
        )
        remedy = Text(
            f"从导出中删除{where.zh}，或在 fields 中声明它的含义",
            f"remove {where.en} from the export, or declare what it holds",
        )
        yield _of_columns((name,), Outcome(judgement), message, position, case, rule="SHR002", remedy=remedy)


def _never_seen(fields: Mapping[str, Element], missing: set[str], case: Case) -> Iterator[Verdict]:
    filled = {name for asset in case.observed.assets for name, tally in asset.tally.fields.items() if tally.filled}
    for name, declared in fields.items():
        if declared.is_none or any(
            name in seen.fields and _is_declared(declared, seen.identifier, case) for seen in case.seen
        ):
            continue
        where, at = columns((name,)), declared.position
        if name in filled and not _may_leave(declared, case):
            message = Text(
                f"{where.zh}声明为 {declared}（{at.to_line}），而用途和合作范围不允许提供",
                f"{where.en} is declared {declared} ({at.to_line}), which purpose and scope do not allow",
            )
            outcome = Outcome.VIOLATION if case.recipient.outside else Outcome.GAP
            remedy = Text(f"从导出中删除{where.zh}", f"remove {where.en} from the export")
            yield _of_columns((name,), outcome, message, at, case, rule="SHR002", remedy=remedy)
        elif str(declared) not in missing:
            message = Text(
                f"{where.zh}声明为 {declared}（{at.to_line}），但从未见到",
                f"{where.en} is declared {declared} ({at.to_line}) and was never seen",
            )
            seen = {"use": Use.NOT_SEEN, "declared": (str(declared),)}
            yield _of_columns((name,), Outcome.GAP, message, at, case, rule="QLT001", **seen)


def _may_leave(declared: Element, case: Case) -> bool:
    """Whether any identifier that the word stands for may leave in any form."""
    subject = declared.subject or CUSTOMER
    allowed = (Answer.ALLOWED, Answer.TOO_WEAK)
    return any(
        permission(Seen(identifier, subject, Form.PLAIN), case).answer in allowed
        for identifier in case.catalogue.expand(declared.word)
    )


def _needs_never_seen(case: Case) -> Iterator[Verdict]:
    for line in case.purpose.needs:
        alternatives = [
            one.elements for one in case.purpose.one_of if any(_same(line.element, e) for e in one.elements)
        ]
        will_do = [line.element, *(element for elements in alternatives for element in elements)]
        if any(_is(element, seen, case) for element in will_do for seen in case.seen):
            continue
        at = line.position.to_line
        message = Text(
            f"用途 {case.purpose.id} 必需的 {line.element}（{at}）从未见到：该数据流没有按声明运行",
            f"{line.element}, which purpose {case.purpose.id} needs ({at}), was never seen: "
            "the flow does not work as declared",
        )
        missing = case.of_flow(str(line.element), Outcome.GAP, message, line.position, "QLT001")
        yield replace(missing, use=Use.NOT_SEEN, allowed=demanded(line.requirement))


def _same(one: Element, other: Element) -> bool:
    return one.word == other.word and (one.subject or CUSTOMER) == (other.subject or CUSTOMER)


def _is(element: Element, seen: Seen, case: Case) -> bool:
    return (element.subject or CUSTOMER) == seen.subject and seen.identifier in case.catalogue.expand(element.word)


def _free_text(reported: _Reported, case: Case) -> Iterator[Verdict]:
    position = case.flow.at("free_text")
    at = position.to_line
    texts = [asset for asset in case.observed.assets if asset.tally.characters or FREE_TEXT in asset.tally.fields]
    if texts:
        message = Text(f"外发的是自由文本，而 {at} 禁止自由文本", f"free text leaves, which {at} forbids")
        remedy = Text("改为有列结构的导出，或删除正文", "export columns instead, or take the text out")
        ids = tuple(asset.asset.id for asset in texts)
        rule = "SHR002"
        yield case.verdict("free_text", Outcome.VIOLATION, message, position, rule=rule, assets=ids, remedy=remedy)
    for seen in case.seen:
        for name in seen.fields:
            # A declared column either may hold it, or has been objected to for holding something else.
            settled = name in (case.flow.fields or {}) or (seen.identifier, name) in reported.pairs
            if settled or not any(_embedded(asset, name, seen.identifier) for asset in case.observed.assets):
                continue
            where, title = columns((name,)), case.title(seen.identifier)
            message = Text(
                f"{where.zh}的文本中夹有{title.zh}，而 {at} 禁止自由文本",
                f"{where.en} holds {title.en} inside text, which {at} forbids",
            )
            remedy = Text(f"从导出中删除{where.zh}", f"remove {where.en} from the export")
            yield _of_columns((name,), breach(seen), message, position, case, rule="SHR002", remedy=remedy)


def _prose(reported: _Reported, case: Case) -> Iterator[Verdict]:
    """Columns of sentences: names in them go unseen, so they are no structured data, whatever was found in them."""
    position = case.flow.at("free_text")
    at = position.to_line
    for name in dict.fromkeys(name for asset in case.observed.assets for name in asset.columns):
        tallies = [asset.tally.fields[name] for asset in case.observed.assets if name in asset.tally.fields]
        written = any(tally.prose and tally.prose >= PROSE_SHARE * tally.filled for tally in tallies)
        if written and name not in reported.columns:
            where = columns((name,))
            message = Text(
                f"{where.zh}是成句的文本，而 {at} 禁止自由文本", f"{where.en} is running text, which {at} forbids"
            )
            remedy = Text(f"从导出中删除{where.zh}", f"remove {where.en} from the export")
            yield _of_columns((name,), Outcome.VIOLATION, message, position, case, rule="SHR002", remedy=remedy)


def _embedded(asset: Inspected, name: str, identifier: str) -> bool:
    tally = asset.tally.fields.get(name)
    evidence = tally.evidence.get(identifier) if tally else None
    return evidence is not None and evidence.whole < evidence.hits
