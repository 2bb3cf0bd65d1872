"""Make one package book every case, and print the rows as JSON: `python tests/booking/book.py NAME`.

Each package has a process of its own, since instrumentations of one SDK get into each other's way.
"""

import json
import sys

from booking_cases import CASES
from case_server import serve
from packages import PACKAGES


def book(package):
    rows = {contract: {} for contract in package.contracts}
    for case in CASES:
        if case.contract in rows and (package.streams or not case.is_stream):
            with serve(case) as url:
                rows[case.contract][case.name] = dict(sorted(package.book(url, case).items()))
    return rows


if __name__ == "__main__":
    json.dump(book(PACKAGES[sys.argv[1]]), sys.stdout)
