"""The whole way: crawl, detect, evaluate, find. Nothing here prints or stores."""

from pii_audit.auditing.selfcheck import audit

__all__ = ["audit"]
