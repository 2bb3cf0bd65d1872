"""Lines of a file and of ranges of its bytes: none is lost, none comes twice, and none is too long for the memory."""

import gzip

import pytest

from pytest_usage_contract.audit import lines as module
from pytest_usage_contract.audit.exchanges import Unread
from pytest_usage_contract.audit.inputs import Input
from pytest_usage_contract.audit.lines import read_blocks_of, read_lines_of

MOST = 1000


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Writes a file of lines, and gives it as an input."""
    monkeypatch.setattr(module, "MOST_BYTES", MOST)
    monkeypatch.setattr(module, "_BLOCK", 64)

    def found(content):
        path = tmp_path / "a.jsonl"
        path.write_bytes(content)
        return Input(str(path), size=len(content))

    return found


CONTENTS = {
    "lines of all lengths": b"".join(b"%d" % 10**length + b"\n" for length in range(40)),
    "a last line without an end": b"1\n22\n333",
    "blank lines": b"\n\n1\n\n\n2\n\n",
    "CRLF": b"1\r\n22\r\n",
    "one line": b"1" * 300,
    "nothing": b"",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
@pytest.mark.parametrize("step", [1, 2, 7, 64, 65, 10_000])
def test_each_line_is_in_the_range_that_it_begins_in(found, content, step):
    file, ranges = found(content), range(0, len(content), step)
    of_ranges = [[line for _, line in read_lines_of(file, start, start + step)] for start in ranges]
    assert [line for lines in of_ranges for line in lines] == content.splitlines(keepends=True)
    begins = [sum(map(len, content.splitlines(keepends=True)[:number])) for number in range(content.count(b"\n") + 1)]
    assert [len(lines) for lines in of_ranges] == [
        len([begin for begin in begins if start <= begin < min(start + step, len(content))]) for start in ranges
    ]


def test_lines_are_counted_from_the_start_of_their_range(found):
    file = found(b"1\n\n3\n4\n5\n")
    assert [*read_lines_of(file)] == [(1, b"1\n"), (2, b"\n"), (3, b"3\n"), (4, b"4\n"), (5, b"5\n")]
    assert [*read_lines_of(file, 3, 7)] == [(1, b"3\n"), (2, b"4\n")]


def test_a_byte_order_mark_is_no_part_of_the_first_line(found):
    file = found(b"\xef\xbb\xbf1\n2\n3\n")
    assert [*read_lines_of(file, 0, 6)] == [(1, b"1\n"), (2, b"2\n")]
    assert [*read_lines_of(file, 6, 9)] == [(1, b"3\n")]


@pytest.mark.parametrize("length", [MOST + 100, 5000, 100_000])
@pytest.mark.parametrize("end", [b"\n3\n", b"\n", b""])
def test_a_line_that_is_too_long_is_named_and_its_neighbours_are_read(found, length, end):
    file = found(b"1\n" + b"x" * length + end)
    first, (number, second), *rest = read_lines_of(file)
    assert first == (1, b"1\n")
    assert (number, second) == (2, Unread(file.location, "is a line of more than 1,000 bytes", "line", 2))
    assert rest == [(3, b"3\n")] * end.endswith(b"3\n")
    parts = [[*read_lines_of(file, start, start + 700)] for start in range(0, file.size, 700)]
    assert [line for lines in parts for _, line in lines][2:] == [b"3\n"] * end.endswith(b"3\n")


def test_no_more_of_a_file_is_read_than_it_held_when_it_was_found(found, tmp_path):
    file = found(b"1\n2\n")
    with (tmp_path / "a.jsonl").open("ab") as more:
        more.write(b"3\n")
    assert [*read_lines_of(file)] == [(1, b"1\n"), (2, b"2\n")]


def test_the_lines_before_a_break_are_read_and_the_break_is_named(found):
    packed = gzip.compress(b"".join(b"%d\n" % number for number in range(10_000)))
    file = found(packed[:-2000])
    *whole, (number, broken) = read_lines_of(file)
    assert len(whole) > 1000
    assert [line for _, line in whole] == [b"%d\n" % number for number in range(len(whole))]
    why = "the gzip is damaged, or not whole; what comes before is read"
    assert broken == Unread(file.location, why, "line", number)
    assert number == len(whole) + 1


def test_a_block_tells_the_number_of_its_first_line(found):
    file = found(b"1234567\n" * 20)
    blocks = [*read_blocks_of(file)]
    assert len(blocks) > 1
    assert [number for number, _ in blocks[1:]] == [len(lines) + number for number, lines in blocks[:-1]]
