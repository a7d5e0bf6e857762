"""From counts to statements: does this field hold this identifier, and how sure is that?

Values speak first; name, comment and neighbouring fields corroborate or doubt. Each factor is kept in `why`. Presence and prevalence are separate:
one card number in 50,000 notes is a finding, a column of order numbers of which 10 % pass Luhn by accident is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pii_audit.detection.bounds import chance_of, upper_bound
from pii_audit.detection.matcher import BOOST
from pii_audit.detection.tally import Detector, without_rejected
from pii_audit.identifiers.model import Identifier
from pii_audit.identifiers.names import COMMENT, NAMELESS, UNTOLD, WEAK_EXACT
from pii_audit.identifiers.subjects import names_somebody, subject_of
from pii_audit.language import Text, same
from pii_audit.model.asset import Asset, Field
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import FREE_TEXT, AssetTally, Evidence, FieldEvidence, FieldTally, Reason
from pii_audit.model.forms import Form
from pii_audit.model.levels import Levels
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch

FIELD_THRESHOLD = 0.5
"""A statement with a lower confidence is not made."""
CHANCE_MARGIN = 1.5
"""Look-alikes may pass this many times as often as their validator's chance rate: real serial numbers are not uniform."""
CERTAIN = 1e-6
"""Below this probability chance does not explain the hits, whatever the column is called."""
NEIGHBOURS = frozenset({"identity_document", "phone", "contact", "account"})
"""Groups whose presence in another field of the asset makes it an asset about people."""
NEARLY = 0.95
"""Of the rows of one identifier: what fills fewer of them than another does tells of fewer people."""
OF_THINGS = frozenset({"device", "organisation", "vehicle"})
"""Groups of identifiers of which one person has many, or none."""
CEILING = 0.99
CARD_EXPIRY, ADDRESS = "card_expiry", "address"
SPEAKS_FOR = Text("列名或注释支持", "the column's name or comment speaks for it")
SPEAKS_AGAINST = Text("列名不支持", "the column's name speaks against it")
WEAK_NAME = 0.6
"""A column name that says less than this (`name`, in a table of anything) needs neighbours."""
DENSE, DENSE_ROWS = 0.8, 3
"""A column is dense from this share of cells that are nothing but the value, and from so many cells on."""
MANY = 20
"""From so many look-alikes on, improbability outweighs a name that speaks against them."""
SPARSE = 0.3
"""Below this share of cells with the right shape, a column name alone is doubted."""
TELLING = 0.9
"""From this share of cells with the shape of names on, a column whose header says nothing holds names."""
REPEATED, REPEATED_HITS, PURE = 20, 100, 0.95
"""From so many rows a distinct value, in so many rows and with less than that share of the right shape, values are labels: of products, of branches."""


SILENT = Text("列名没有说明内容", "the column's name says nothing")
MOST = 100
"""Rows a distinct value from which, without a header, values are labels."""


@dataclass
class _Judgement:
    """A confidence that factors raise and lower, each remembered."""

    confidence: float
    why: list[Reason]

    def add(self, factor: str, detail: Text, weight: float) -> None:
        before = self.confidence
        self.confidence = min(CEILING, max(0.0, before + weight))
        self.why.append(Reason(factor, detail, round(self.confidence - before, 2)))

    def times(self, factor: str, detail: Text, share: float) -> None:
        self.add(factor, detail, self.confidence * (share - 1))


def judge(detector: Detector, asset: Asset, tally: AssetTally, coverage: Coverage) -> Inspected:
    """What is in an asset, from its tally; `coverage` says how much of it was read and so what the bounds are."""
    about_people = _about_people(detector, asset, tally)
    statements = [
        statement
        for name, field in tally.fields.items()
        for statement in _field(detector, asset, name, field, coverage, about_people - {name})
    ]
    statements = _expiry_of_cards(detector, statements)
    kept = frozenset(statement.identifier for statement in statements)
    tally = without_rejected(tally, kept)
    statements = [_raised(detector, statement, tally) for statement in statements]
    return Inspected(asset, coverage, tally, tuple(statements), people_of(detector.catalogue, tally, statements))


def _expiry_of_cards(detector: Detector, statements: list[FieldEvidence]) -> list[FieldEvidence]:
    """Without the expiry dates of assets that hold no card: those are of contracts and documents."""
    cards = detector.catalogue.groups.get("card", frozenset()) - {CARD_EXPIRY}
    if any(statement.identifier in cards for statement in statements):
        return statements
    return [statement for statement in statements if statement.identifier != CARD_EXPIRY]


def _about_people(detector: Detector, asset: Asset, tally: AssetTally) -> frozenset[str]:
    """The fields whose values alone show that the asset is about people."""
    found = set()
    for name, field in tally.fields.items():
        for identifier, evidence in field.evidence.items():
            definition = detector.catalogue[identifier]
            if not evidence.hits or definition.column_only is not None or not NEIGHBOURS & set(definition.groups):
                continue
            strength = detector.column(asset, name).hints.get(identifier, 0.0) if name else 0.0
            if _by_value(definition, evidence, field, strength).confidence >= FIELD_THRESHOLD:
                found.add(name)
    return frozenset(found)


def _field(
    detector: Detector, asset: Asset, name: str, field: FieldTally, coverage: Coverage, neighbours: frozenset[str]
) -> Iterator[FieldEvidence]:
    column = detector.column(asset, name) if name else None
    comment = column.field.comment if column else None
    for definition in detector.identifiers:
        evidence = field.evidence.get(definition.id)
        if evidence is None or not evidence.hits:
            continue
        strength = column.hints.get(definition.id, 0.0) if column else 0.0
        for form, hits in sorted(evidence.forms.items()):
            if form is not Form.PLAIN:
                judged = _by_form(evidence, field, strength, form)
            else:
                judged = _by_value(definition, evidence, field, strength)
                if definition.column_only is not None and strength > 0:
                    about = bool(neighbours) or _of_somebody(asset, name)
                    named = (
                        _fact_by_name(evidence, field, strength, about=about)
                        if definition.attribute
                        else _by_name(evidence, field, strength, neighbours)
                    )
                    judged = max(judged, named, key=_confidence)
            if column and column.areas and definition.id == ADDRESS and strength > 0:
                judged.add("parts", _one_address(column.areas), 0.05)
            if judged.confidence < FIELD_THRESHOLD:
                continue
            yield FieldEvidence(
                asset=asset.id,
                field=name or None,
                identifier=definition.id,
                form=form,
                rows_inspected=field.rows,
                hits=hits,
                prevalence=hits / field.rows if field.rows else 0.0,
                bound=bound_of(hits, field.rows, coverage),
                confidence=round(judged.confidence, 3),
                level=definition.levels,
                why=(*judged.why, *_place(column.field if column else None)),
                subject=subject_of(asset.name, name, comment),
                persons=_people(evidence),
                inadequate=evidence.inadequate if form is Form.MASKED else 0,
                shown=evidence.shown if form is Form.MASKED else (0, 0),
                samples=tuple(sample.masked for sample in evidence.samples),
            )


def _place(field: Field | None) -> tuple[Reason, ...]:
    """Where in a spreadsheet the column stands: it moves no confidence, and whoever has to look knows where."""
    return (Reason("place", same(field.place), 0.0),) if field and field.place else ()


def _one_address(areas: Sequence[str]) -> Text:
    return Text(f"与 {'、'.join(areas)} 合为一个地址", f"one address together with {', '.join(areas)}")


def _people(evidence: Evidence) -> int:
    """Distinct values; an estimate does not exceed the rows where each row holds one."""
    return min(len(evidence.persons), evidence.hits) if evidence.whole == evidence.hits else len(evidence.persons)


def _confidence(judged: _Judgement) -> float:
    return judged.confidence


def bound_of(hits: int, rows: int, coverage: Coverage) -> float:
    """The share of rows that may hold what so many of those that were read do, at most."""
    if coverage.status is not CoverageStatus.SAMPLED:
        return hits / rows if rows else 0.0
    draws = min(coverage.draws or rows, rows)
    return upper_bound(round(hits * draws / rows) if rows else 0, draws)


def _by_value(definition: Identifier, evidence: Evidence, field: FieldTally, strength: float) -> _Judgement:
    """Values that can stand alone: the best match, against what chance would have passed, doubted by a name that says otherwise."""
    plain = evidence.forms.get(Form.PLAIN, 0)
    judged = _Judgement(0.0, [])
    named = min(evidence.score, BOOST * max(0.0, strength))
    judged.add(
        "values",
        Text(f"{field.filled} 个非空行中 {plain} 行匹配", f"{plain} of {field.filled} filled rows match"),
        evidence.score - named,
    )
    if strength > 0:
        judged.add("name", SPEAKS_FOR, named)
    probability = 1.0
    if definition.chance < 1.0:
        rate = min(0.99, CHANCE_MARGIN * definition.chance)
        probability = chance_of(plain, max(plain, evidence.lookalikes), rate)
        if (
            definition.check_digit
            and evidence.tried
            and (proven := chance_of(plain, max(plain, evidence.tried), rate)) < CERTAIN
        ):
            # Among numbers of another kind: nearly all that have the structure pass the check, which no chance explains.
            probability = min(probability, proven)
        share = (1 - probability) / (1 - rate)
        if share < 1:
            judged.times(
                "chance",
                Text(
                    f"{evidence.lookalikes} 个形似值中 {plain} 个通过校验；偶然通过率为 {definition.chance:.0%}",
                    f"{plain} of {evidence.lookalikes} look-alikes pass; {definition.chance:.0%} would by accident",
                ),
                share,
            )
    if evidence.supported > judged.confidence:
        judged.add(
            "context",
            Text("值旁有语境词", "a context word stands beside a value"),
            evidence.supported - judged.confidence,
        )
    if field.filled >= DENSE_ROWS and evidence.whole >= DENSE * field.filled and judged.confidence > 0:
        judged.add(
            "density",
            Text(
                f"{evidence.whole / field.filled:.0%} 的单元格整格即是",
                f"{evidence.whole / field.filled:.0%} of the cells are one",
            ),
            0.3 * (1 - judged.confidence),
        )
    if strength < 0:
        certain = evidence.lookalikes >= MANY and probability < CERTAIN
        judged.times("name", SPEAKS_AGAINST, 1 + strength * (0.1 if certain else 0.6))
    return judged


def _by_name(evidence: Evidence, field: FieldTally, strength: float, neighbours: frozenset[str]) -> _Judgement:
    """Values that need a column name: names, addresses, dates. A weak name needs people in the neighbouring fields."""
    ratio = evidence.forms.get(Form.PLAIN, 0) / field.filled if field.filled else 0.0
    judged = _Judgement(0.0, [])
    judged.add("name", SPEAKS_FOR if strength > NAMELESS else SILENT, 0.2 + 0.3 * strength)
    judged.add("values", Text(f"{ratio:.0%} 的单元格形似", f"{ratio:.0%} of the cells have its shape"), 0.5 * ratio)
    if neighbours:
        judged.add(
            "neighbours",
            Text(f"另有 {len(neighbours)} 个字段能识别个人", f"{len(neighbours)} other field(s) identify people"),
            0.1,
        )
    elif strength < WEAK_NAME:
        judged.add("neighbours", Text("没有其他字段能识别个人", "no other field identifies people"), -0.35)
    if strength < WEAK_NAME and ratio < PURE and REPEATED_HITS <= evidence.hits >= REPEATED * len(evidence.persons):
        judged.times("values", Text("少数几个值反复出现", "a few values come again and again"), 0.5)
    if ratio < SPARSE:
        judged.times("values", Text("形似的单元格很少", "few cells have its shape"), ratio / SPARSE)
    if strength <= NAMELESS and not _are_of_many(evidence, ratio, strict=strength <= UNTOLD):
        judged.times("values", Text("取值不像各不相同的人", "the values are not those of many people"), 0.5)
    return judged


def _are_of_many(evidence: Evidence, ratio: float, *, strict: bool) -> bool:
    """Whether values that look like names are those of many people; more is asked where a header could have said so and says nothing.

    Of words for anything else (places, firms, colours, dishes) half begin with a surname at most.
    """
    distinct = max(1, len(evidence.persons))
    if strict:
        return ratio >= TELLING and distinct >= MANY and evidence.hits < REPEATED * distinct
    return ratio >= DENSE and distinct >= min(MANY, evidence.hits / 2) and evidence.hits < MOST * distinct


def _of_somebody(asset: Asset, name: str) -> bool:
    """Whether another field of the asset is called as if it told people apart."""
    return any(names_somebody(field.name) for field in asset.fields if field.name != name)


def _fact_by_name(evidence: Evidence, field: FieldTally, strength: float, *, about: bool) -> _Judgement:
    """Facts about people (a balance, a diagnosis): one number looks like another, so the name decides, a comment or a weak name only where rows are somebody's."""
    ratio = evidence.forms.get(Form.PLAIN, 0) / field.filled if field.filled else 0.0
    judged = _Judgement(0.0, [])
    judged.add("name", SPEAKS_FOR, 0.3 + 0.3 * strength)
    judged.add("values", Text(f"{ratio:.0%} 的单元格形似", f"{ratio:.0%} of the cells have its shape"), 0.2 * ratio)
    if about and strength >= WEAK_EXACT:
        judged.add("neighbours", Text("其他字段说明属于谁", "other fields say whose it is"), 0.15)
    elif strength <= COMMENT:
        judged.add("neighbours", Text("没有其他字段说明属于谁", "no other field says whose it is"), -0.35)
    if ratio < SPARSE:
        judged.times("values", Text("形似的单元格很少", "few cells have its shape"), ratio / SPARSE)
    return judged


def _by_form(evidence: Evidence, field: FieldTally, strength: float, form: Form) -> _Judgement:
    """Protected values: their shape, and the column's name, which is all that says of what they are the protected form."""
    hits = evidence.forms[form]
    judged = _Judgement(0.0, [])
    judged.add(
        "values",
        Text(f"{field.filled} 个非空行中 {hits} 行为 {form}", f"{hits} of {field.filled} filled rows are {form}"),
        0.5,
    )
    if strength > 0:
        judged.add("name", SPEAKS_FOR, 0.4 * strength)
        ratio = hits / field.filled if field.filled else 0.0
        if strength < WEAK_NAME and ratio < SPARSE:
            judged.times("values", Text("形似的单元格很少", "few cells have its shape"), ratio / SPARSE)
    elif strength < 0:
        judged.add("name", SPEAKS_AGAINST, 0.4 * strength)
    return judged


def _raised(detector: Detector, statement: FieldEvidence, tally: AssetTally) -> FieldEvidence:
    """A one-time code beside an account completes an authentication: C3 then, C2 alone."""
    if statement.identifier != "otp_code":
        return statement
    accounts = detector.catalogue.groups.get("account", frozenset())
    beside = any("otp_code" in found and found & accounts for found in tally.together)
    return replace(statement, level=Levels("C3", 4, statement.level.pci)) if beside else statement


def people_of(catalogue: Mapping[str, Identifier], tally: AssetTally, statements: Sequence[FieldEvidence]) -> Sketch:
    """The people that an asset concerns, of customers if any: the largest sketch of an identifier of which each person has one, or of names.

    No more people have names than there are people. Where another identifier of people fills far more rows of a table than any
    of these, those rows are of people too, and its sketch counts with them.
    """

    def sketch(statement: FieldEvidence) -> Sketch:
        return tally.fields[statement.field or FREE_TEXT].evidence[statement.identifier].persons

    for wanted in (lambda one: one.subject == "customer", lambda _: True):
        about = list(filter(wanted, statements))
        telling = [one for one in about if catalogue[one.identifier].person_key or _is_name(catalogue, one)]
        if any(sketch(one).payload for one in telling):
            rows = max(one.hits for one in telling)
            telling += [
                one for one in about if one.field and one.hits * NEARLY > rows and _is_of_people(catalogue, one)
            ]
            return max(map(sketch, telling), key=len)
    return max(map(sketch, statements), key=len, default=Sketch())


def _is_name(catalogue: Mapping[str, Identifier], statement: FieldEvidence) -> bool:
    """Whether a column holds names; running text is no list of people."""
    return statement.field is not None and "name" in catalogue[statement.identifier].groups


def _is_of_people(catalogue: Mapping[str, Identifier], statement: FieldEvidence) -> bool:
    return OF_THINGS.isdisjoint(catalogue[statement.identifier].groups)
