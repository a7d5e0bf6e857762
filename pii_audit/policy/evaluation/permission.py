"""May it leave? What the lines of purpose, recipient and agreement say about one element, together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from pii_audit.errors import Position
from pii_audit.policy.evaluation.case import Case, Kinds, Seen
from pii_audit.policy.evaluation.forms import counts_as_plain, satisfies
from pii_audit.policy.model import CUSTOMER, Element, Line, Lines


class Answer(Enum):
    """What the lines say of an element in a form, the most permissive last."""

    FORBIDDEN = auto()
    UNLISTED = auto()
    TOO_WEAK = auto()
    ALLOWED = auto()


class Party(Enum):
    """Who has a say about what leaves."""

    NEVER = auto()
    FLOOR = auto()
    PURPOSE = auto()
    RECIPIENT = auto()
    AGREEMENT = auto()


@dataclass(frozen=True, slots=True)
class Permission:
    """An answer, the place that decided (a line, or the section that has none), and all that was weighed, it last.

    `party` says whose answer it is; `line` is the line that is too weak or allows; `never` the prohibition; `asked` are
    the lines of all parties, which it takes them all to meet.
    """

    answer: Answer
    position: Position
    trail: tuple[Position, ...]
    party: Party
    line: Line | None = None
    never: Element | None = None
    asked: tuple[Line, ...] = ()


def speaking(lines: Lines, seen: Seen, kinds: Kinds, *, everybody: bool = False) -> tuple[Line, ...]:
    """The most specific lines about an element: its identifier's, else its groups', else its levels'.

    Of equally specific lines all must be met. A line without a subject is about the customer, since it permits; where
    lines only ask for a form it is about `everybody` of whom no line with the same word speaks.
    """
    exact = _line(lines, seen.identifier, seen.subject, everybody=everybody)
    if exact is not None:
        return (exact,)
    groups = (_line(lines, group, seen.subject, everybody=everybody) for group in kinds.groups(seen.identifier))
    by_group = tuple(line for line in groups if line is not None)
    if by_group:
        return by_group
    levels = kinds.levels(seen.identifier)
    about = [line for line in lines.levels if line.element.level and line.element.level.matches(levels)]
    found = [line for line in about if (line.element.subject or CUSTOMER) == seen.subject]
    if everybody:
        said = {line.element.word for line in found}
        found += [line for line in about if line.element.subject is None and line.element.word not in said]
    return tuple(found)


def _line(lines: Lines, word: str, subject: str, *, everybody: bool) -> Line | None:
    found = lines.words.get((word, subject))
    if found is None and everybody:
        bare = lines.words.get((word, CUSTOMER))
        return bare if bare is not None and bare.element.subject is None else None
    return found


def as_plain(seen: Seen, kinds: Kinds) -> bool:
    """Whether the element counts as leaving in clear; who gets an encrypted value is taken to hold the key."""
    enumerable = kinds.enumerable(seen.identifier)
    return counts_as_plain(seen.form, adequate=seen.adequate, enumerable=enumerable, key_held=True)


def meets(line: Line, seen: Seen, kinds: Kinds) -> bool:
    """Whether the form seen is the one that the line asks for."""
    enumerable = kinds.enumerable(seen.identifier)
    return satisfies(line.requirement, seen.form, adequate=seen.adequate, enumerable=enumerable, shown=seen.shown)


def prohibition(never: Iterable[Element], seen: Seen, kinds: Kinds) -> Element | None:
    """The first prohibition that hits the element.

    A level hits what counts as plain, an identifier or group every form; without a subject it is about everybody.
    """
    for element in never:
        if element.subject and element.subject != seen.subject:
            continue
        if element.level:
            if element.level.matches(kinds.levels(seen.identifier)) and as_plain(seen, kinds):
                return element
        elif element.word == seen.identifier or element.word in kinds.groups(seen.identifier):
            return element
    return None


def _judge(lines: Lines, party: Party, seen: Seen, case: Case) -> Permission:
    found = speaking(lines, seen, case)
    if not found:
        return Permission(Answer.UNLISTED, lines.position, (lines.position,), party)
    return _weighed(found, party, seen, case)


def _weighed(found: Sequence[Line], party: Party, seen: Seen, case: Case) -> Permission:
    weak = next((line for line in found if not meets(line, seen, case)), None)
    line = weak or found[0]
    answer = Answer.TOO_WEAK if weak else Answer.ALLOWED
    return Permission(answer, line.position, (line.position,), party, line)


def parties(seen: Seen, case: Case) -> Iterator[Permission]:
    """What each party says, all of which must allow.

    They are the purpose, the recipient's scope, an agreement's own scope, and whatever floor speaks of the element: a
    floor asks for a form and permits nothing, and is about what leaves the house.
    """
    for floor in case.policy.floors if case.recipient.outside else ():
        asked = speaking(floor.forms, seen, case, everybody=True) if floor.forms is not None else ()
        if asked:
            yield _weighed(asked, Party.FLOOR, seen, case)
    yield _judge(case.purpose.permitted, Party.PURPOSE, seen, case)
    scoped = [agreement.scope for agreement in case.agreements if agreement.scope is not None]
    own_scopes = len(scoped) == len(case.agreements) and bool(scoped)
    if case.recipient.scope is not None:
        yield _judge(case.recipient.scope, Party.RECIPIENT, seen, case)
    elif not own_scopes:
        at = case.recipient.position
        yield Permission(Answer.UNLISTED, at, (at,), Party.RECIPIENT)
    if own_scopes:
        answers = (_judge(scope, Party.AGREEMENT, seen, case) for scope in scoped)
        yield max(answers, key=lambda found: found.answer.value)


def permission(seen: Seen, case: Case) -> Permission:
    """Whether the policy lets the element leave in the form seen, and by which line."""
    floors = (element for floor in case.policy.floors for element in floor.never) if case.recipient.outside else ()
    never = prohibition((*case.recipient.never, *floors), seen, case)
    if never is not None:
        return Permission(Answer.FORBIDDEN, never.position, (never.position,), Party.NEVER, never=never)
    layers = list(parties(seen, case))
    # The recipient's word is named before the purpose's when both object: its scope is what an agreement fixes.
    strictest = min(reversed(layers), key=lambda found: found.answer.value)
    others = tuple(position for found in layers if found is not strictest for position in found.trail)
    asked = tuple(found.line for found in layers if found.line is not None)
    trail = (*others, strictest.position)
    return Permission(strictest.answer, strictest.position, trail, strictest.party, strictest.line, asked=asked)
