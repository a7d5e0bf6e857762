"""The `github` format: workflow commands, which GitHub shows as annotations of the files that they name.

Their escapes are those of GitHub's own toolkit (`@actions/core`): `%`, CR and LF in a message, `:` and `,` too in a property.
"""

from __future__ import annotations

from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity
from pii_audit.model.run import Run
from pii_audit.render.place import file_assets, place_of
from pii_audit.render.safe import safe, short
from pii_audit.render.wire import worst_first

COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}
UNREAD = Text("未能检查", "could not be inspected")


def render(run: Run, *, language: Language) -> str:
    """What stands and what could not be inspected, one annotation each, the worst first: GitHub shows ten of a kind."""
    files = file_assets(run)
    lines = []
    for finding in worst_first(run.standing):
        place = place_of(finding, files)
        title = f"{finding.rule} {finding.title.in_(language)}"
        where = f"file={_property(place.file)},line={place.line},title={_property(title)}"
        lines.append(f"::{COMMANDS[finding.severity]} {where}::{_message(finding.message.in_(language))}")
    # What a script does not show has its finding at its line already.
    told = {one.asset for one in run.standing if one.rule == "COV001" and one.location and one.location.line}
    for row in run.coverage:
        if row.incomplete and row.id not in told:
            reason = row.reason.in_(language) if row.reason else ""
            title = f"COV001 {UNREAD.in_(language)}"
            lines.append(f"::error file={_property(row.asset)},line=1,title={_property(title)}::{_message(reason)}")
    return "".join(f"{line}\n" for line in lines)


def _message(text: str) -> str:
    return short(safe(text)).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
