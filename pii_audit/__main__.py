"""`python -m pii_audit` is the command `pii-audit`."""

from __future__ import annotations

import sys

from pii_audit.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
