"""The life of a finding, as far as people steer it: which step leads where, and what it takes.

Closing is no step of a person: only a re-scan that looks at least as hard closes (`pii_audit.findings.rechecking`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pii_audit.errors import UsageError
from pii_audit.identifiers.people import spelled
from pii_audit.language import Text, same
from pii_audit.model.decision import Answer, Assignment, Decision, Life
from pii_audit.model.finding import Finding, Status
from pii_audit.model.lifecycle import Action, Actor
from pii_audit.policy.lapse import content_of, why_lapsed

IN_WORK = frozenset({Status.OPEN, Status.ASSIGNED, Status.RECTIFYING})
"""Lives that a re-scan can end; a decision of a person (accepted, false positive) it leaves alone."""
LONGEST = 2000
"""Characters that a reason or a name may have: it is read by people, in a list."""


@dataclass(frozen=True, slots=True)
class Assign:
    """To an owner, a unit, or both, until a day; what is left out stays as it was."""

    owner: str | None = None
    unit: str | None = None
    due: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rectify:
    """Its owner has set to work."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Accept:
    """Its risk is borne until a day, by an owner, with the consent of somebody else."""

    owner: str
    approver: str
    reason: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Reject:
    """It is none: somebody else has looked."""

    reviewer: str
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    """A decision is taken back, or a closing not believed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Respond:
    """The responsible unit has answered."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Locate:
    """Its rows were written down, for those who put it right."""

    reason: str


@dataclass(frozen=True, slots=True)
class Remind:
    """Its unit was told of its due date; `mark` says of which, and over what."""

    mark: str


Move = Assign | Rectify | Accept | Reject | Reopen | Respond | Locate | Remind


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a move leads: the action for the history, and what the finding is then."""

    action: Action
    status: Status
    life: Life
    reason: Text


_FROM: dict[type[Move], tuple[frozenset[Status], Text]] = {
    Assign: (IN_WORK, Text("先用 findings reopen 重新打开", "reopen it first with `findings reopen`")),
    Rectify: (
        frozenset({Status.ASSIGNED}),
        Text("先用 findings assign 分派", "assign it first with `findings assign`"),
    ),
    Accept: (
        IN_WORK | {Status.ACCEPTED},
        Text("先用 findings reopen 重新打开", "reopen it first with `findings reopen`"),
    ),
    Reject: (
        IN_WORK | {Status.FALSE_POSITIVE},
        Text("先用 findings reopen 重新打开", "reopen it first with `findings reopen`"),
    ),
    Reopen: (
        frozenset({Status.ACCEPTED, Status.FALSE_POSITIVE, Status.CLOSED}),
        Text("它本来就未了结", "it is still to be put right as it is"),
    ),
    Respond: (frozenset(Status), same("")),
    Locate: (frozenset(Status), same("")),
    Remind: (frozenset(Status), same("")),
}
"""From which states a move leads on, and what to do elsewhere."""


def moved(move: Move, finding: Finding, status: Status, life: Life, actor: Actor) -> Moved:
    """Where a move leads from a state (`status` as stored). UsageError when it does not, or something is missing."""
    where = finding.fingerprint[:12]
    allowed, todo = _FROM[type(move)]
    if status not in allowed:
        raise UsageError(
            Text(f"状态为 {status.value}，不能这样处理", f"it is {status.value}, and this is no step from there"),
            where=where,
            todo=todo,
        )
    match move:
        case Assign():
            return _assigned(move, life, where)
        case Rectify():
            return Moved(Action.RECTIFYING, Status.RECTIFYING, life, same(_told(move.reason, "--reason", where)))
        case Accept():
            return _accepted(move, finding, life, actor)
        case Reject():
            return _rejected(move, finding, life, actor)
        case Reopen():
            reason = _required(move.reason, "--reason", where)
            return Moved(Action.REOPENED, Status.OPEN, replace(life, decision=None), same(reason))
        case Respond():
            return Moved(Action.ANSWERED, status, replace(life, answer=move.answer), same(""))
        case Locate():
            return Moved(Action.LOCATED, status, life, same(move.reason))
        case Remind():
            return Moved(Action.REMINDED, status, life, same(move.mark))


def _assigned(move: Assign, life: Life, where: str) -> Moved:
    if not (move.owner or move.unit):
        raise UsageError(
            Text("没有说明分派给谁", "nobody is named to assign it to"),
            where=where,
            todo=Text("加 --owner 或 --unit", "give --owner or --unit"),
        )
    before = life.assignment or Assignment()
    assignment = Assignment(
        _told(move.owner, "--owner", where) or before.owner, move.unit or before.unit, move.due or before.due
    )
    reason = same(_told(move.reason, "--reason", where))
    return Moved(Action.ASSIGNED, Status.ASSIGNED, replace(life, assignment=assignment), reason)


def _accepted(move: Accept, finding: Finding, life: Life, actor: Actor) -> Moved:
    where = finding.fingerprint[:12]
    owner = _required(move.owner, "--owner", where)
    approver = _required(move.approver, "--approver", where)
    reason = _required(move.reason, "--reason", where)
    assigned = life.assignment and life.assignment.owner
    if same_person(owner, approver) or (assigned and same_person(assigned, approver)):
        raise UsageError(
            Text("批准人与责任人是同一人，风险未接受", "approver and owner are one person; the risk was not accepted"),
            where=where,
            todo=Text("由另一人批准", "let somebody else approve"),
        )
    if move.until is None:
        raise UsageError(
            Text("没有说明接受到哪一天", "no day is given until which it is accepted"),
            where=where,
            todo=Text("加 --until YYYY-MM-DD", "give --until YYYY-MM-DD"),
        )
    decision = Decision(actor.by, approver, reason, actor.at, content_of(finding), owner, move.until)
    return _decided(Action.ACCEPTED, Status.ACCEPTED, finding, life, decision)


def _rejected(move: Reject, finding: Finding, life: Life, actor: Actor) -> Moved:
    where = finding.fingerprint[:12]
    reviewer = _required(move.reviewer, "--reviewer", where)
    reason = _required(move.reason, "--reason", where)
    owner = life.assignment.owner if life.assignment and life.assignment.owner else finding.owner
    # Where nobody answers for it, the second pair of eyes is that of somebody else than who says so.
    if same_person(owner or actor.by, reviewer):
        first = Text("责任人", "owner") if owner else Text("操作人", "whoever sets it aside")
        raise UsageError(
            Text(
                f"复核人与{first.zh}是同一人，未记为误报",
                f"reviewer and {first.en} are one person; it was not set aside",
            ),
            where=where,
            todo=Text("由另一人复核", "let somebody else review it"),
        )
    decision = Decision(actor.by, reviewer, reason, actor.at, content_of(finding), owner, move.until)
    return _decided(Action.REJECTED, Status.FALSE_POSITIVE, finding, life, decision)


def _decided(action: Action, status: Status, finding: Finding, life: Life, decision: Decision) -> Moved:
    tolerates = status is Status.ACCEPTED
    why = why_lapsed(finding.rule, decision.until, decision.at.date(), tolerates=tolerates)
    if why is not None:
        never = why_lapsed(finding.rule, None, decision.at.date(), tolerates=tolerates) is not None
        todo = Text("须予整改", "it has to be put right") if never else Text("给出将来的日期", "give a day to come")
        raise UsageError(
            Text(f"未处理：{why.zh}", f"it was left as it is: {why.en}"), where=finding.fingerprint[:12], todo=todo
        )
    return Moved(action, status, replace(life, decision=decision), same(decision.reason))


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, however they are spelled."""
    return spelled(one) == spelled(other)


def _required(text: str, option: str, where: str) -> str:
    told = _told(text, option, where)
    if not told:
        raise UsageError(
            Text(f"缺少 {option}", f"{option} is missing"),
            where=where,
            todo=Text(f"加 {option}", f"give {option}"),
        )
    return told


def _told(text: str | None, option: str, where: str) -> str:
    told = (text or "").strip()
    if len(told) > LONGEST:
        raise UsageError(
            Text(f"{option} 超过 {LONGEST} 个字符", f"{option} is longer than {LONGEST} characters"),
            where=where,
            todo=Text("写短一些", "write less"),
        )
    return told
