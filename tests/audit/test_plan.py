"""What an audit judges by, and the parts that it is cut into."""

import pickle
from dataclasses import replace

import pytest
from pydantic import model_validator
from recorded import write_lines
from toy import KEPT, TOY, ToyUsage

from pytest_usage_contract.audit.inputs import find_inputs
from pytest_usage_contract.audit.plan import Part, Plan, split
from pytest_usage_contract.audit.reading import Reading
from pytest_usage_contract.providers.registry import register


def find_one(path):
    (found,) = find_inputs([str(path)])
    return found


@pytest.mark.parametrize("size", [1, 100, 1000, 5000])
def test_lines_are_cut_into_ranges_that_leave_out_no_byte(tmp_path, size):
    found = find_one(write_lines(tmp_path, *[KEPT] * 10))
    parts = [*split(found, size)]
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert (parts[-1].stop, sum(part.size for part in parts)) == (found.size, found.size)
    assert len(parts) == max(1, found.size // size)


def test_a_range_of_lines_is_cut_like_a_whole(tmp_path):
    found = find_one(write_lines(tmp_path, *[KEPT] * 10))
    assert [(part.start, part.stop) for part in split(found, 100, 50, 400)] == [(50, 166), (166, 283), (283, 400)]


def test_what_is_no_plain_lines_is_one_part(tmp_path):
    (tmp_path / "body.json").write_text("{}" + " " * 100)
    found = find_one(tmp_path / "body.json")
    assert [*split(found, 10)] == [Part(found)]
    assert (Part(found).size, Part(replace(found, size=None)).size) == (102, 0)


def test_a_plan_travels_with_the_contracts_of_a_team(registered):
    packed = Plan(contract="toy").pack()
    assert len(packed.own) == 1
    assert pickle.loads(pickle.dumps(packed)) == packed


class Odd(ToyUsage):
    judge_in_its_own_way = model_validator(mode="after")(lambda usage: usage)


def test_a_contract_that_no_file_can_hold_cannot_travel():
    take_away = register([replace(TOY, name="toy/odd", usage=Odd)])
    with pytest.raises(ValueError, match="toy/odd judges by more than a contract file can hold: usage: the validator"):
        Plan().pack()
    take_away()


def test_plans_that_judge_otherwise_have_other_digests():
    plans = [
        Plan(),
        Plan(contract="toy"),
        Plan(url="https://api.toy.test"),
        Plan(mapped=("http://a = toy",)),
        Plan(reading=Reading(body="/response")),
        Plan(sample=2),
        Plan().pack(),
    ]
    assert len({plan.digest for plan in plans}) == len(plans)
    assert Plan().digest == Plan().digest
