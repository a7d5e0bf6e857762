"""What the policies declare, as a run noted it: of a flow, of an asset, of a unit. In words; empty where nothing is declared."""

from __future__ import annotations

from pii_audit.language import Language
from pii_audit.model.run import Run
from pii_audit.render.view.words import Words


def noted(run: Run, name: str, language: Language) -> str:
    """The text of a note, in that language where there are two."""
    chinese = run.notes.get(f"{name}@zh", run.notes.get(name, ""))
    return chinese if language == "zh" else run.notes.get(f"{name}@en", chinese)


def unit_title(run: Run, unit: str | None, language: Language) -> str:
    """A unit's title; its id where the run has none, empty for none."""
    return (noted(run, f"unit.{unit}", language) or unit) if unit else ""


def of_flow(run: Run, flow: str, name: str, words: Words) -> str:
    """One thing that is declared of a flow, its first word translated where it is one of ours (`contract`, `processor` …)."""
    return "\n".join(
        _translated(name, line, words) for line in noted(run, f"flow.{flow}.{name}", words.language).split("\n")
    )


def _translated(family: str, line: str, words: Words) -> str:
    first, space, rest = line.partition(" ")
    return words.known(f"declared_{family}", first) + space + rest


def titled(run: Run, flow: str, name: str, words: Words) -> str:
    """The recipient or the purpose of a flow: its title, and its id, by which the policies call it."""
    identity = run.notes.get(f"flow.{flow}.{name}", "")
    title = noted(run, f"flow.{flow}.{name}", words.language)
    return f"{title} ({identity})" if title not in ("", identity) else identity


def of_asset(run: Run, asset: str, name: str, words: Words) -> str:
    """One thing that is declared of an asset; whose it is and how it is protected at rest is declared of its source."""
    if name in ("at_rest", "owner"):
        return run.notes.get(f"source.{asset.partition(':')[0]}.{name}", "")
    return noted(run, f"asset.{asset}.{name}", words.language)
