"""`pii-audit notify`: who is reminded, once, and with nothing raw in it."""

from __future__ import annotations

import json

import pytest

from pii_audit.language import same
from pii_audit.notifying import channels


@pytest.fixture
def late(space, excess, call):
    """A workspace with one finding that is overdue; its fingerprint."""
    call("run", "--format", "json")
    mark = json.loads(call("findings", "list", "--rule", "SHR002", "--format", "json").out)["findings"][0][
        "fingerprint"
    ]
    call("findings", "assign", mark, "--owner", "=1+1<b>", "--due", "2020-01-31")
    return mark


@pytest.fixture
def sent(monkeypatch):
    """What would have left, instead of leaving."""
    messages = []
    monkeypatch.setenv("HOOK", "https://chat.example/hook?key=s3cret")
    monkeypatch.setattr(channels, "send_chat", lambda channel, url, text: messages.append((channel, url, text)))
    monkeypatch.setattr(channels, "send_mail", lambda url, *rest: messages.append(("smtp", url, *rest)))
    return messages


def _actions(call, mark):
    return [one["action"] for one in json.loads(call("findings", "history", mark, "--format", "json").out)["steps"]]


def test_without_send_it_only_shows(late, call, told, sent):
    answer = call("notify", "--via", "wecom")
    told(answer, 0)
    assert late[:12] in answer.out
    assert "overdue 2020-01-31" in answer.out
    assert "1 message(s), none sent (give --send)" in answer.err
    assert sent == []
    assert "reminded" not in _actions(call, late)


def test_what_was_sent_is_in_the_history_and_not_sent_twice_until_the_date_changes(late, call, told, sent):
    words = ("notify", "--via", "wecom", "--url", "env:HOOK", "--send")
    answer = call(*words)
    told(answer, 0)
    assert [(channel, url) for channel, url, _ in sent] == [("wecom", "https://chat.example/hook?key=s3cret")]
    assert "s3cret" not in answer.out + answer.err
    assert _actions(call, late)[-1] == "reminded"
    assert "0 of 0 message(s) sent" in call(*words).err
    call("notify", "--via", "slack", "--url", "env:HOOK", "--send")
    call("findings", "assign", late, "--owner", "x", "--due", "2020-02-28")
    call(*words)
    assert [channel for channel, *_ in sent] == ["wecom", "slack", "wecom"]
    told(call("findings", "verify"), 0)


def test_nothing_from_data_is_in_a_message(late, call, sent):
    call("notify", "--via", "feishu", "--url", "env:HOOK", "--send")
    (_, _, text) = sent[0]
    for word in ("sms_2.csv", "id_no", "1****************X", "<b>", "outbox"):
        assert word not in text


def test_what_could_not_be_sent_is_told_and_sent_the_next_time(late, call, sent, monkeypatch):
    def refuses(channel, url, text):
        raise channels._not_sent(channel, same("HTTP 500"))

    takes = channels.send_chat
    monkeypatch.setattr(channels, "send_chat", refuses)
    answer = call("notify", "--via", "wecom", "--url", "env:HOOK", "--send")
    assert answer.code == 2
    assert "wecom: it was not sent: HTTP 500" in answer.err
    assert "reminded" not in _actions(call, late)
    monkeypatch.setattr(channels, "send_chat", takes)
    assert call("notify", "--via", "wecom", "--url", "env:HOOK", "--send").code == 0
    assert len(sent) == 1


def test_mail_goes_to_whom_it_is_said(late, call, sent, monkeypatch):
    monkeypatch.setenv("SMTP", "smtps://mail.example")
    words = ("notify", "--via", "smtp", "--url", "env:SMTP", "--sender", "a@bank.example", "--send")
    answer = call(*words)
    assert 'unit "" has no email' in answer.err
    assert sent == []
    call(*words, "--to", "dpo@bank.example")
    assert sent[0][:4] == ("smtp", "smtps://mail.example", "a@bank.example", "dpo@bank.example")


def test_only_what_is_due_within_the_days_asked_for(space, excess, call):
    call("run", "--format", "json")
    assert "0 message(s)" in call("notify", "--via", "slack").err
    assert "1 message(s)" in call("notify", "--via", "slack", "--days", 3650).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--via", "wecom", "--send"], "--send needs --url env:NAME"),
        (["--via", "wecom", "--send", "--url", "https://chat.example/key=1"], "the address is a secret"),
        (["--via", "wecom", "--send", "--url", "env:NOSUCH"], "NOSUCH is not set"),
        (["--via", "smtp", "--send", "--url", "env:HOOK", "--sender", "a@b.example"], "not understood"),
        (["--via", "smtp", "--send", "--url", "env:HOOK"], "--sender is missing"),
        (["--via", "wecom", "--to", "x"], "belong to smtp"),
        (["--via", "fax"], "unknown choice"),
        ([], "required"),
        (["--via", "wecom", "--unit", "nosuch"], "unknown unit"),
        (["--via", "wecom", "--days", "0"], "whole number from 1"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_what_cannot_be_notified_says_why(late, call, told, sent, words, said):
    (line,) = told(call("notify", *words), 2)
    assert said in line
