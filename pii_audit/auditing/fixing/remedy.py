"""What is written in place of a value: the first form, the most telling one first, that the policy accepts."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pii_audit.detection.masks import is_masked, shown
from pii_audit.identifiers.masking import Display, mask_ends, masking
from pii_audit.identifiers.model import Identifier
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.model.forms import Form
from pii_audit.policy.evaluation.case import Case, Seen
from pii_audit.policy.evaluation.elements import judge_element
from pii_audit.policy.evaluation.permission import speaking

_PURPOSE = b"pii-audit fix 1"
"""Sets the key of hashes and tokens apart from those of fingerprints and receipts."""
TOKEN = "tok_"  # noqa: S105 - how tokens begin, so that a reader and the detector know one
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
"""Tokens have no digits, so that none of them contains a number by chance."""
_TOKEN_DIGITS = 32
_GENERALISING = frozenset({"address", "ip", "degrees"})
"""Maskings that leave a larger area: a district, a network, about a kilometre."""


class Action(StrEnum):
    """What was done with a value."""

    MASKED = "masked"
    GENERALISED = "generalised"
    KEYED_HASH = "keyed_hash"
    TOKENISED = "tokenised"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Keys:
    """The secret under which hashes and tokens are made: another one for each recipient, so that two of them cannot join theirs."""

    secret: bytes

    @classmethod
    def of(cls, key: bytes, recipient: str) -> Keys:
        """Derived from the workspace's key."""
        return cls(hmac.digest(key, _PURPOSE + b"\x1f" + recipient.encode(), "sha256"))

    def digest(self, identifier: Identifier, value: str) -> str:
        """HMAC-SHA-256 of a value in its canonical spelling, in hex: one person, one hash."""
        said = f"{identifier.id}\x1f{identifier.canonical(value)}".encode("utf-8", "surrogatepass")
        return hmac.digest(self.secret, said, "sha256").hex()

    def token(self, identifier: Identifier, value: str) -> str:
        """The same as a token of letters: a vaultless one, which nobody can turn back."""
        return TOKEN + self.digest(identifier, value)[:_TOKEN_DIGITS].translate(_LETTERS)


class Accepting:
    """Asks the policy about forms of elements, each question once; `tolerated` are the outcomes that let an element pass."""

    def __init__(self, case: Case, tolerated: frozenset[Outcome]) -> None:
        self._case = case
        self._tolerated = tolerated
        self._known: dict[Seen, Verdict] = {}

    def verdict(self, seen: Seen) -> Verdict:
        """What the policy says of an element in that form."""
        if seen not in self._known:
            self._known[seen] = judge_element(seen, self._case)
        return self._known[seen]

    def accepts(self, seen: Seen) -> bool:
        """Whether the element may leave in that form."""
        return self.verdict(seen).outcome in self._tolerated

    def limits(self, seen: Seen) -> list[tuple[int, int]]:
        """How much of a masked value the lines about the element let show, the most first; none where they do not say."""
        purpose, recipient = self._case.purpose, self._case.recipient
        scopes = (agreement.scope for agreement in recipient.agreements)
        permitting = (purpose.permitted, recipient.scope, *scopes)
        asking = (floor.forms for floor in self._case.policy.floors)
        several = (*((lines, False) for lines in permitting), *((lines, True) for lines in asking))
        shown = {
            line.requirement.show
            for lines, everybody in several
            if lines is not None
            for line in speaking(lines, seen, self._case, everybody=everybody)
            if line.requirement.show is not None
        }
        return sorted(shown, key=sum, reverse=True)


@dataclass(frozen=True)
class Remedy:
    """How values of one identifier of one subject in one column are written.

    `hashes` says that the column's name will tell a keyed hash for what it is; `keys` None: neither hashes nor tokens.
    """

    identifier: Identifier
    subject: str
    accepting: Accepting
    keys: Keys | None
    hashes: bool = False

    def leaves(self, form: Form, text: str) -> bool:
        """Whether a value that was seen in a form may stay as it is."""
        return self.accepting.accepts(self._seen(form, text))

    def hopeless(self) -> bool:
        """Whether no form will do, so that nothing but leaving it out remains."""
        hashed, token = self._keyed()
        return not (self._accepts_hidden() or (self.keys and ((self.hashes and hashed) or token)))

    def wants_hash(self) -> bool:
        """Whether a keyed hash is asked for: no mask will do."""
        return self.keys is not None and not self._accepts_hidden() and self._keyed()[0]

    def _accepts_hidden(self) -> bool:
        return self.accepting.accepts(Seen(self.identifier.id, self.subject, Form.MASKED))

    def _keyed(self) -> tuple[bool, bool]:
        accepts = self.accepting.accepts
        hashed, token = (Seen(self.identifier.id, self.subject, form) for form in (Form.KEYED_HASH, Form.TOKENISED))
        return accepts(hashed), accepts(token)

    def written(self, form: Form, text: str) -> Iterator[tuple[Action, str]]:
        """What may stand in place of a value, the most telling first; all of them are accepted, perhaps there is none."""
        for masked in dict.fromkeys(self._masks(form, text)):
            if masked != text and is_masked(masked) and self.leaves(Form.MASKED, masked):
                general = self.identifier.mask_as in _GENERALISING and any(map(str.isalnum, masked))
                yield (Action.GENERALISED if general else Action.MASKED), masked
        if self.keys is None:
            return
        hashed, token = self._keyed()
        if self.hashes and hashed:
            yield Action.KEYED_HASH, self.keys.digest(self.identifier, text)
        if token:
            yield Action.TOKENISED, self.keys.token(self.identifier, text)

    def _masks(self, form: Form, text: str) -> Iterator[str]:
        one = self.identifier
        if form is Form.PLAIN:
            mask = masking(one.mask_as).mask
            for first, last in self.accepting.limits(Seen(one.id, self.subject, form)):
                yield mask(text, Display(first, last, one.display.fill), one.adequacy)
            yield one.mask(text)
        yield mask_ends(text, Display(0, 0, one.display.fill), one.adequacy)

    def _seen(self, form: Form, text: str) -> Seen:
        partly = form is Form.MASKED
        return Seen(
            self.identifier.id,
            self.subject,
            form,
            adequate=not partly or self.identifier.adequately_masked(text),
            shown=shown(text) if partly else (0, 0),
        )
