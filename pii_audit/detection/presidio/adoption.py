"""Recognizers of Presidio as identifiers of ours: by country, by name, from a file, or as instances."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import presidio_analyzer
from presidio_analyzer import (
    EntityRecognizer,
    LMRecognizer,
    PatternRecognizer,
    RemoteRecognizer,
    predefined_recognizers,
)
from presidio_analyzer.predefined_recognizers import PhoneRecognizer, SpacyRecognizer

from pii_audit.detection.presidio.finder import RecognizerFinder
from pii_audit.detection.presidio.recognizer import IdentifierRecognizer
from pii_audit.detection.presidio.registry_file import read
from pii_audit.document import unknown
from pii_audit.errors import UsageError
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.model import Adequacy, ColumnHints, Display, Identifier
from pii_audit.language import Text, same
from pii_audit.model.levels import Levels

ALL = "all"
FILE_ENDINGS = (".yaml", ".yml")
CHECK_DIGIT = 0.1
"""Chance that a look-alike passes a recognizer's own validation: that of one decimal check digit, which most have."""
LATER = 100
"""Precedence of an adopted identifier: where one of ours has the same span, ours stays."""

_MODELS = (SpacyRecognizer, RemoteRecognizer, LMRecognizer)
"""Recognizers that need a model or a service."""


def adopted(*wanted: str | Path | EntityRecognizer) -> tuple[Identifier, ...]:
    """Recognizers of Presidio as identifiers of ours, ready for `load_catalogue() + …`.

    `wanted` are country codes as Presidio writes them (`US`, `UK`), entity names, names of recognizers, `all` (every predefined pattern
    recognizer), paths of files in Presidio's recognizer registry format, or instances. The id is Presidio's entity name; several recognizers of
    one entity become one identifier. Raises UsageError for what is not known, and for recognizers that need a model or a service.
    """
    chosen: dict[int, EntityRecognizer] = {}
    for one in wanted:
        for recognizer in _chosen(one):
            chosen[id(recognizer)] = recognizer
    by_entity: dict[str, list[EntityRecognizer]] = {}
    for recognizer in chosen.values():
        for entity in recognizer.supported_entities:
            by_entity.setdefault(entity, []).append(recognizer)
    return tuple(_identifier(entity, recognizers) for entity, recognizers in by_entity.items())


@cache
def predefined() -> Mapping[str, EntityRecognizer]:
    """Presidio's own recognizers that need no model, by class name, with the flags that its registry gives them.

    Telephone numbers are no patterns in Presidio and slow: they are here by name, but not in `all`.
    """
    found: dict[str, EntityRecognizer] = {}
    for name, cls in sorted(vars(predefined_recognizers).items()):
        if inspect.isclass(cls) and issubclass(cls, PatternRecognizer | PhoneRecognizer):
            recognizer: EntityRecognizer = cls()  # type: ignore[call-arg]  # the base class alone asks for an entity
            if isinstance(recognizer, PatternRecognizer):
                recognizer.global_regex_flags = presidio_analyzer.RecognizerRegistry().global_regex_flags
            found[name] = recognizer
    return found


def _chosen(one: str | Path | EntityRecognizer) -> Sequence[EntityRecognizer]:
    if isinstance(one, EntityRecognizer):
        return [_checked(one)]
    if isinstance(one, Path) or one.lower().endswith(FILE_ENDINGS):
        return [_checked(recognizer) for recognizer in read(Path(one))]
    known = predefined()
    if one.lower() == ALL:
        return [recognizer for recognizer in known.values() if isinstance(recognizer, PatternRecognizer)]
    found = [
        recognizer
        for name, recognizer in known.items()
        if name == one or one.upper() in recognizer.supported_entities or recognizer.country_code() == one.lower()
    ]
    if not found:
        countries = {code.upper() for recognizer in known.values() if (code := recognizer.country_code())}
        entities = {entity for recognizer in known.values() for entity in recognizer.supported_entities}
        words = [*sorted(countries), *sorted(entities), *known, ALL]
        raise UsageError(
            unknown(Text("Presidio 识别器、实体或国家", "Presidio recognizer, entity or country"), one, words),
            todo=Text(
                f"可用国家：{'、'.join(sorted(countries))}；或 all",
                f"countries are {', '.join(sorted(countries))}; or say all",
            ),
        )
    return found


def _checked(recognizer: EntityRecognizer) -> EntityRecognizer:
    name = type(recognizer).__name__
    if isinstance(recognizer, _MODELS):
        raise UsageError(
            Text(f"识别器 {name} 需要模型或服务，无法启用", f"{name} needs a model or a service and cannot be adopted"),
            todo=Text("请去掉它", "leave it out"),
        )
    if isinstance(recognizer, IdentifierRecognizer):
        raise UsageError(
            Text(f"{recognizer.identifier.id} 本来就是标识符", f"{recognizer.identifier.id} is an identifier as it is"),
            todo=Text("请去掉它", "leave it out"),
        )
    return recognizer


def _identifier(entity: str, recognizers: Sequence[EntityRecognizer]) -> Identifier:
    names = ", ".join(dict.fromkeys(type(one).__name__ for one in recognizers))
    return Identifier(
        id=entity,
        title=same(entity),
        groups=(),
        levels=Levels(),
        sensitive=frozenset(),
        patterns=(),
        validator=None,
        chance=CHECK_DIGIT if any(map(_proves, recognizers)) else 1.0,
        lookalike=None,
        context=_context(recognizers),
        columns=ColumnHints(en=(entity.lower(),)),
        column_only=None,
        display=Display(1, 1),
        adequacy=Adequacy(2, 2, 4),
        person_key=False,
        enumerable=False,
        source=f"Presidio {version('presidio-analyzer')}: {names}",
        precedence=LATER,
        finder=RecognizerFinder(entity, tuple(recognizers)),
    )


def _proves(recognizer: EntityRecognizer) -> bool:
    """Whether a recognizer has a validation of its own."""
    return (
        isinstance(recognizer, PatternRecognizer)
        and type(recognizer).validate_result is not PatternRecognizer.validate_result
    )


def _context(recognizers: Iterable[EntityRecognizer]) -> tuple[str, ...]:
    words = (fold(word).strip().lower() for one in recognizers for word in one.context or ())
    return tuple(dict.fromkeys(word for word in words if word))
