"""`pii-audit policy explain`: the chain of lines that decides about a flow, or about one element of it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pii_audit.cli.options import add_day, add_file, put, say
from pii_audit.cli.policies import quoting, recorded
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text
from pii_audit.model.forms import Form

if TYPE_CHECKING:
    from pii_audit.policy.evaluation.case import Case, Seen

EXAMPLE = Text(
    "例：pii-audit policy explain sms-daily\n    pii-audit policy explain collection-weekly cn_resident_id --form masked",
    "example: pii-audit policy explain sms-daily\n         pii-audit policy explain collection-weekly cn_resident_id --form masked",
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the action's options."""
    parser.add_argument("flow", metavar="FLOW", help=say(language, "数据流", "the flow"))
    parser.add_argument(
        "element",
        nargs="?",
        metavar="ELEMENT",
        help=say(
            language,
            "要素，例如 cn_mobile、cn_mobile@contact、phone",
            "an element: cn_mobile, cn_mobile@contact, phone",
        ),
    )
    parser.add_argument(
        "--form",
        choices=[form.value for form in Form if form is not Form.ABSENT],
        metavar="FORM",
        help=say(language, "要素以这种形式出现时（默认 plain）", "were the element seen in this form (default plain)"),
    )
    parser.add_argument(
        "--run",
        metavar="ID",
        help=say(
            language,
            "解释一次运行实际见到的（last 为最近一次）",
            "explain what a run really saw (last: the newest)",
        ),
    )
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help=say(
            language, "输出格式（默认 text;json 需要 ELEMENT）", "output format (default text; json takes an ELEMENT)"
        ),
    )
    add_day(parser, language)
    add_file(parser, language)


def run(session: Session, options: argparse.Namespace) -> int:
    """Explains; gives 0 whatever the verdict."""
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415 - start-up does without
    from pii_audit.policy.evaluation.case import Case, Knowledge, Observed  # noqa: PLC0415
    from pii_audit.policy.explanation import explain_element  # noqa: PLC0415
    from pii_audit.policy.loader import flow_named, policy_of  # noqa: PLC0415
    from pii_audit.policy.matching import FlowMatcher  # noqa: PLC0415
    from pii_audit.render.explanation import Explainer, as_json, as_text  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415

    if options.format == "json" and options.element is None:
        raise UsageError(
            Text("--format json 需要 ELEMENT", "--format json takes an ELEMENT"),
            todo=Text("写上信息项，例如 cn_mobile", "name an element, such as cn_mobile"),
        )
    space = session.workspace()
    catalogue = load_catalogue(space.identifiers)
    policy = policy_of(space, catalogue)
    flow = flow_named(policy, options.flow)
    observed = Observed()
    if options.run is not None:
        flows = FlowMatcher(policy)
        met = recorded(space, options.run).inspected
        observed = Observed(tuple(one for one in met if flows.find(one.asset.source, one.asset.name) == flow))
    as_of = options.as_of or space.today()
    case = Case.of(policy, flow, observed, catalogue, as_of=as_of, knowledge=Knowledge())
    explainer = Explainer(session.language, quoting(space.root))
    if options.element is None:
        text = as_text(list(explainer.flow(case)))
    else:
        found = [explain_element(seen, case) for seen in _seen(options.element, options.form, case)]
        lines = [line for one in found for line in explainer.element(one)]
        text = as_json(found, session.language) if options.format == "json" else as_text(lines)
    if options.output is None:
        put([text])
    else:
        write_output(options.output, text)
    return 0


def _seen(word: str, form: str | None, case: Case) -> list[Seen]:
    """The element in the forms that a run saw, else as it would be seen in the form asked for."""
    from pii_audit.document import unknown  # noqa: PLC0415 - start-up does without
    from pii_audit.policy.evaluation.case import Seen  # noqa: PLC0415
    from pii_audit.policy.model import CUSTOMER, SUBJECTS  # noqa: PLC0415

    base, _, subject = word.partition("@")
    if subject and subject not in SUBJECTS:
        raise UsageError(unknown(Text("信息主体", "subject"), subject, SUBJECTS), where=word)
    names = case.catalogue.expand(base)
    whose = subject or CUSTOMER
    met = [seen for seen in case.seen if seen.identifier in names and seen.subject == whose]
    met = [seen for seen in met if form is None or seen.form == form]
    return met or [
        Seen(name, whose, Form(form or "plain"), fields=_columns(name, whose, case)) for name in sorted(names)
    ]


def _columns(identifier: str, subject: str, case: Case) -> tuple[str, ...]:
    """The column that the flow declares for the element, else one of its name."""
    for column, declared in (case.flow.fields or {}).items():
        whose = declared.subject or "customer"
        if not declared.is_none and whose == subject and identifier in case.catalogue.expand(declared.word):
            return (column,)
    return (identifier,)
