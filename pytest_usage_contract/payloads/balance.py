"""Counts that keep a contract's accounting: from any numbers to ones that add up."""

from collections.abc import Mapping, Sequence

from pytest_usage_contract.core.accounting import Part, Rule, Total, Whole, breaks_any

Numbers = dict[str, int]
"""Whole numbers by path below `usage`."""


def applicable_rules(rules: Sequence[Rule], counts: Mapping[str, object]) -> list[Rule]:
    """The rules whose operands are all among *counts*; the others are silent."""
    return [rule for rule in rules if all(path in counts for path in rule.operands)]


def sum_up(rules: Sequence[Rule], counts: Numbers) -> Numbers:
    """*counts* with each total that the *rules* know made the sum of what it is of."""
    counts = dict(counts)
    sums = [rule.operands for rule in applicable_rules(rules, counts) if isinstance(rule, Total | Whole)]
    for _ in sums:  # a total may be part of another, so that it takes as many rounds as there are totals
        for whole, *parts in sums:
            counts[whole] = sum(counts[part] for part in parts)
    return counts


def balance(rules: Sequence[Rule], counts: Numbers) -> Numbers:
    """*counts* that keep all *rules*, as near to the given ones as is easily found; zeros where nothing is."""
    rules = applicable_rules(rules, counts)
    sums = {rule.operands[0] for rule in rules if isinstance(rule, Total | Whole)}
    for _ in rules:
        counts = sum_up(rules, counts)
        for rule in rules:
            if isinstance(rule, Part) and counts[rule.part] > counts[rule.whole]:
                if rule.part in sums:
                    counts[rule.whole] = counts[rule.part]
                else:
                    counts[rule.part] = counts[rule.whole]
    counts = sum_up(rules, counts)
    return dict.fromkeys(counts, 0) if breaks_any(rules, counts) else counts
