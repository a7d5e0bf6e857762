"""The YAML that docs/feeds.md shows works."""

from __future__ import annotations

import re

from pii_audit.sources.feed.rabbitmq import RabbitSource
from pii_audit.sources.registry import open_source
from pii_audit.workspace import load_workspace


def test_every_feed_of_the_page_is_read_and_opened_without_a_problem(checkout, tmp_path):
    [block] = re.findall(r"```yaml\n(.*?)```", (checkout / "docs" / "feeds.md").read_text(encoding="utf-8"), re.DOTALL)
    text = block.replace("env:RABBITMQ_URL", "amqp://mq.bank.example/")
    (tmp_path / "receipts").mkdir()
    (tmp_path / "known_hosts").touch()
    text = text.replace("/etc/pii-audit/id_ed25519", "known_hosts")
    (tmp_path / "audit.yaml").write_text(f"version: 1\n{text}", encoding="utf-8")
    sources = load_workspace(tmp_path).sources
    opened = {source.id: open_source(source, root=tmp_path) for source in sources}
    assert list(opened) == ["outbox", "drop", "events", "topics"]
    assert isinstance(opened["events"], RabbitSource)
