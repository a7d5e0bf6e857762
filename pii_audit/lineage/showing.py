"""The forms in which a column shows what is stored in another: in clear, partly hidden and how well, hashed, encrypted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from pii_audit.identifiers.masking import visibility
from pii_audit.identifiers.model import Catalogue, Identifier
from pii_audit.language import Text
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.evaluation import Evaluation
from pii_audit.lineage.functions import Functions
from pii_audit.lineage.graph import Leaf, Node
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.samples import samples_of
from pii_audit.lineage.specials import Values
from pii_audit.lineage.texts import SHIELDS, Value, picture
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.forms import Form

_READABLE = frozenset({Form.PLAIN, Form.ENCODED})
"""Forms in which a formula works on the value itself; in others it works on what stands for it."""
_OPENED = frozenset({Form.ENCRYPTED, Form.TOKENISED})
_PARTLY = frozenset({Form.MASKED, Form.TRUNCATED})
_MASKS = frozenset("*＊xX#●○■□")

_Value = tuple[Leaf, str, str]
"""A stored column, the identifier in it, and the sample that stands for it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One form, whether it hides enough, and how many characters can be seen at the ends; `parts_of` are the values of which parts are seen."""

    form: Form
    adequate: bool = True
    shown: tuple[int, int] = (0, 0)
    parts_of: frozenset[_Value] = frozenset()


class Showing:
    """What the columns of one output show, one after another."""

    def __init__(self, catalogue: Catalogue, functions: Functions, dialect: Dialect) -> None:
        self._catalogue = catalogue
        self._functions = functions
        self._dialect = dialect
        self._evaluations: dict[tuple[Leaf, str], Evaluation] = {}
        self._parts: dict[_Value, set[int]] = defaultdict(set)

    def shown(self, node: Node, leaf: Leaf, statement: FieldEvidence) -> list[Shown]:
        """The forms in which a node shows an identifier of a stored column, none where it does not; raises Untraceable."""
        identifier = self._catalogue.get(statement.identifier)
        if identifier is None:
            name = statement.identifier
            raise Untraceable(Text(f"没有定义标识符 {name}", f"no identifier is called {name} any more"))
        found: dict[Form, Shown] = {}
        for sample in samples_of(identifier, statement.samples):
            for value in self._values(leaf, sample, node):
                if not value.carries:
                    continue
                if statement.form in _READABLE:
                    several = self._of_value(value, (leaf, identifier.id, sample), identifier)
                else:
                    several = [_of_protected(value, statement)]
                for one in several:
                    found[one.form] = _worse(found[one.form], one) if one.form in found else one
        return list(found.values())

    def together(self, shown: Shown) -> Shown:
        """The same, told by all that the columns show of the value between them."""
        seen = [(value, self._parts[value]) for value in shown.parts_of]
        enough = all(
            self._catalogue[identifier].adequately_masked(picture(places, sample))
            for (_, identifier, sample), places in seen
        )
        return shown if enough else replace(shown, adequate=False)

    def _values(self, leaf: Leaf, sample: str, node: Node) -> Values:
        try:
            return self._evaluation(leaf, sample).of(node)
        except RecursionError:
            raise Untraceable(Text("表达式嵌套过深", "the expression is nested too deeply")) from None
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            # Arguments that are not those which a function has.
            reason = type(error).__name__
            raise Untraceable(
                Text(f"表达式无法试算（{reason}）", f"the expression cannot be tried out ({reason})")
            ) from None

    def _evaluation(self, leaf: Leaf, sample: str) -> Evaluation:
        key = (leaf, sample)
        if key not in self._evaluations:
            self._evaluations[key] = Evaluation(leaf, sample, self._functions, self._dialect)
        return self._evaluations[key]

    def _of_value(self, value: Value, of: _Value, identifier: Identifier) -> list[Shown]:
        sample = of[2]
        found = [Shown(form) for form in value.shields]
        places = value.visible
        if not places:
            return found
        if all(place in places for place, character in enumerate(sample) if character.isalnum()):
            return [*found, Shown(Form.PLAIN)]
        self._parts[of] |= places
        seen = picture(places, sample)
        leading, inner, trailing, _ = visibility(seen)
        form = Form.MASKED if _MASKS & {one for one in value.characters if isinstance(one, str)} else Form.TRUNCATED
        adequate = identifier.adequately_masked(seen)
        return [*found, Shown(form, adequate, (leading + inner, trailing), frozenset({of}))]


def _of_protected(value: Value, statement: FieldEvidence) -> Shown:
    """A value that is stored hashed, masked or encrypted stays so, unless something may turn it back or makes it stronger."""
    if value.opened and statement.form in _OPENED:
        return Shown(Form.PLAIN)
    form = statement.form
    if value.shields and not value.visible and form not in _PARTLY:
        form = max(form, *value.shields, key=SHIELDS.index)
    return Shown(form, statement.inadequate == 0 or form is not statement.form, statement.shown)


def _worse(one: Shown, other: Shown) -> Shown:
    shown = (max(one.shown[0], other.shown[0]), max(one.shown[1], other.shown[1]))
    return Shown(one.form, one.adequate and other.adequate, shown, one.parts_of | other.parts_of)
