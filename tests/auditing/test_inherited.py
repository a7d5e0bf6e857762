from __future__ import annotations

from pii_audit.auditing.inherited import inherited
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally
from pii_audit.model.grant import Grant
from pii_audit.model.run import Inspected


def inspected(name):
    return Inspected(Asset("s", name, AssetKind.FILE), Coverage("s", name, CoverageStatus.INSPECTED), AssetTally(), ())


def test_what_an_archive_holds_is_reached_by_whoever_reaches_the_archive():
    grants = [Grant("world", "s:a!b.zip", "read", "mode o+r"), Grant("world", "s:c.csv", "read", "mode o+r")]
    found = list(inherited(grants, [inspected("a!b.zip!d.tar.gz!e.csv"), inspected("c.csv"), inspected("x!y")]))
    assert [(grant.asset, grant.principal) for grant in found] == [("s:a!b.zip!d.tar.gz!e.csv", "world")]
