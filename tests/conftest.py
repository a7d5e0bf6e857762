"""What all tests share: how hard hypothesis looks, where the package comes from, and what a missing server means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import pii_audit

settings.register_profile("ci", deadline=None, print_blob=True)
settings.register_profile(
    "soak", settings.get_profile("ci"), max_examples=20_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    """Refuses to test a checkout where the built wheel is meant."""
    home = Path(pii_audit.__file__).resolve().parent
    if os.environ.get("PII_AUDIT_INSTALLED") and home.parent.name != "site-packages":
        message = f"the installed wheel is to be tested, but pii_audit was imported from {home}"
        raise pytest.UsageError(message)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Where servers are required, a test that skips for want of one has failed: nothing was shown."""
    report = yield
    if report.skipped and item.get_closest_marker("service") and os.environ.get("PII_AUDIT_REQUIRE_SERVICES"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped for want of its server, and PII_AUDIT_REQUIRE_SERVICES is set"
    return report


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The top folder of the checkout; tests that need what no wheel carries skip without one."""
    top = Path(__file__).resolve().parent.parent
    if not (top / "pii_audit").is_dir():
        pytest.skip("runs on a checkout only: this is the built wheel, away from it")
    return top
