"""What a custom rule may ask about: the inputs by name, with their CEL types and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pii_audit.language import Text
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.run import Inspected

About = Literal["element", "flow", "field"]
ABOUTS: tuple[About, ...] = ("element", "flow", "field")
Kind = Literal["string", "int", "bool", "double", "list"]
"""CEL types; a list is one of strings."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its CEL type, and what it says."""

    kind: Kind
    meaning: Text


_FLOW = {
    "flow.id": Input("string", Text("数据流的标识", "id of the flow")),
    "flow.source": Input("string", Text("数据源，没有则为空", "its source, empty without one")),
    "flow.channel": Input("string", Text("传输通道，没有登记则为空", "its channel, empty where none is on record")),
    "flow.legal_basis": Input("string", Text("合法性基础，没有登记则为空", "its legal basis, empty without one")),
    "flow.consent": Input(
        "string", Text("同意的种类：plain separate written，没有则为空", "kind of consent, or empty")
    ),
    "flow.pia": Input("string", Text("影响评估编号，没有则为空", "reference of its impact assessment, or empty")),
    "flow.protected": Input("bool", Text("文件或通道登记了加密", "whether file or channel are declared encrypted")),
    "recipient.id": Input("string", Text("接收方的标识", "id of the recipient")),
    "recipient.role": Input("string", Text("接收方的角色", "its role")),
    "recipient.region": Input(
        "string", Text("接收方的地区，没有登记则为空", "its region, empty where none is on record")
    ),
    "purpose.id": Input("string", Text("用途的标识", "id of the purpose")),
    "persons": Input(
        "int", Text("本次涉及的人数；未知时没有结论", "people of this run; where not known there is no answer")
    ),
    "today": Input("string", Text("裁决所依据的日期 YYYY-MM-DD", "the day that is judged by, YYYY-MM-DD")),
}
_ELEMENT = {
    "element.identifier": Input("string", Text("识别项", "the identifier")),
    "element.subject": Input(
        "string", Text("信息主体，例如 customer、contact", "whose it is: customer, contact and so on")
    ),
    "element.form": Input("string", Text("看到的形式，例如 plain、masked", "the form seen: plain, masked and so on")),
    "element.adequate": Input("bool", Text("屏蔽或截断后遮盖足够", "whether masked or truncated values hide enough")),
    "element.groups": Input("list", Text("所属的组", "its groups")),
    "element.class": Input("string", Text("C 类（JR/T 0171），没有则为空", "its C class (JR/T 0171), or empty")),
    "element.grade": Input("int", Text("级别（JR/T 0197），没有则为 0", "its grade (JR/T 0197), 0 without one")),
    "element.sensitive": Input(
        "bool", Text("敏感个人信息（个人信息保护法第二十八条）", "sensitive information (PIPL Art. 28)")
    ),
    "element.rows": Input("int", Text("含有它的行数", "rows that hold it")),
}
_COLUMNS = {"element.columns": Input("list", Text("含有它的列", "the columns that hold it"))}
_ELEMENTS = {
    "elements": Input("list", Text("全部要素，例如 cn_mobile@contact", "all elements seen, as cn_mobile@contact")),
    "classes": Input("list", Text("全部要素的 C 类", "the C classes of all of them")),
    "columns": Input("list", Text("全部列名", "all names of columns")),
}
_ASSET = {
    "asset.id": Input("string", Text("资产标识 source:name", "id of the asset, source:name")),
    "asset.source": Input("string", Text("数据源", "its source")),
    "asset.name": Input("string", Text("资产名", "its name")),
    "asset.kind": Input("string", Text("种类：table view file feed", "what it is: table view file feed")),
    "asset.environment": Input(
        "string", Text("环境，没有登记则为空", "its environment, empty where none is on record")
    ),
    "asset.region": Input("string", Text("地区，没有登记则为空", "its region, empty where none is on record")),
    "asset.owner": Input("string", Text("责任人，没有登记则为空", "its owner, empty where none is on record")),
    "element.column": Input("string", Text("列名，正文为空", "the column, empty for free text")),
    "element.prevalence": Input("double", Text("含有它的行所占的比例", "share of the rows that hold it")),
    "element.confidence": Input("double", Text("识别的把握，0 到 1", "how sure the detection is, 0 to 1")),
    "persons": _FLOW["persons"],
    "today": _FLOW["today"],
}
INPUTS: Mapping[About, Mapping[str, Input]] = {
    "element": {**_FLOW, **_ELEMENT, **_COLUMNS},
    "flow": {**_FLOW, **_ELEMENTS},
    "field": {**_ASSET, **_ELEMENT},
}
"""The inputs of a rule about an element of a flow, about a flow as a whole, about a field of an asset."""


def variables(about: About) -> dict[str, str]:
    """The inputs of a rule, by name, with their CEL types."""
    return {name: one.kind for name, one in INPUTS[about].items()}


def _people(one: Inspected, statement: FieldEvidence) -> int | None:
    """The people behind a field; where its values tell nobody apart, those of the asset, and None where nothing there does."""
    found = statement.persons or min(len(one.persons), statement.hits)
    return found or (None if statement.hits else 0)


def of_field(
    one: Inspected, statement: FieldEvidence, place: Mapping[str, str], more: Mapping[str, Any]
) -> dict[str, Any]:
    """The inputs of one field of an asset; `place` has environment, region and owner, `more` what a catalogue knows."""
    return {
        "asset.id": one.asset.id,
        "asset.source": one.asset.source,
        "asset.name": one.asset.name,
        "asset.kind": one.asset.kind.value,
        **{f"asset.{key}": value for key, value in place.items()},
        "element.identifier": statement.identifier,
        "element.subject": statement.subject,
        "element.form": statement.form.value,
        "element.adequate": not statement.inadequate,
        "element.class": statement.level.jrt0171 or "",
        "element.grade": statement.level.jrt0197 or 0,
        "element.rows": statement.hits,
        "element.column": statement.field or "",
        "element.prevalence": statement.prevalence,
        "element.confidence": statement.confidence,
        "persons": _people(one, statement),
        **more,
    }
