"""What the page says that an audit costs is what the benchmark has measured."""

import json

from audit_costs import RECORD, split_page, write_tables


def test_the_tables_are_those_of_the_record():
    assert split_page()[1] == write_tables(json.loads(RECORD.read_text("utf-8")))
