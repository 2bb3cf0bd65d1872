"""Make one package book every case, and print the rows: `python tests/booking/book.py NAME`.

Each package has a process of its own, since instrumentations of one SDK get into each other's way.
"""

import json
import sys

from booking_cases import CASES
from loopback import serve
from packages import PACKAGES


def book(package):
    rows = {}
    for case in CASES:
        if case.contract in package.contracts and not (case.is_stream and package.name == "genai-prices"):
            with serve(case) as url:
                rows.setdefault(case.contract, {})[case.name] = dict(sorted(package.book(url, case).items()))
    return rows


if __name__ == "__main__":
    json.dump(book(PACKAGES[sys.argv[1]]), sys.stdout)
