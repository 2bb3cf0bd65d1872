"""`python -m pytest_usage_contract` is `usage-contract`."""

import sys

from pytest_usage_contract.cli import main

sys.exit(main())
