"""The HTML report in a real browser: it fits, can be read, needs nothing, and does nothing that it was not meant to."""

import json
import re
import struct
import zlib
from dataclasses import replace
from html import unescape

import pytest

from pytest_usage_contract import find_contract
from pytest_usage_contract.core.finding import Finding
from pytest_usage_contract.reports.html import SECURITY_POLICY, to_html
from pytest_usage_contract.reports.outcome import conclude
from pytest_usage_contract.reports.phase import CheckedExchange, Occurrence, Phase
from pytest_usage_contract.reports.report import Demands, UnmatchedCall
from pytest_usage_contract.reports.tally import Tally, document

HOSTILE = (
    "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"
    "</pre></style>\" onfocus=\"document.title='pwned'\" autofocus x=\"<svg onload=document.title='pwned'>"
)
KEPT = {f"usage.{name}": True for name in ("input_tokens", "output_tokens", "total_tokens", "input_tokens_details")}

# Measures what no eye should have to: whether the page fits its window, and whether each text can be read on what is
# behind it. Colours are asked of a canvas, since a mixed one has no simple name.
PROBE = """
<canvas id="probe" width="1" height="1" hidden></canvas>
<script>
const context = document.getElementById("probe").getContext("2d", {willReadFrequently: true});
const rgba = colour => {
  context.clearRect(0, 0, 1, 1); context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
};
const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = element => {
  for (let at = element; at; at = at.parentElement) {
    const colour = rgba(getComputedStyle(at).backgroundColor);
    if (colour[3] === 255) return colour;
  }
  return [255, 255, 255, 255];
};
const faint = [];
for (const element of document.querySelectorAll("body *:not(script, canvas, .skip)")) {
  if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
  const [one, other] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
  const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  if (contrast < 4.5) faint.push(`${element.tagName} ${element.className} ${contrast.toFixed(2)} ${element.innerText}`);
}
const focusable = [...document.querySelectorAll("a[href], [tabindex='0']")];
parent.postMessage(JSON.stringify({
  title: document.title, faint, window: innerWidth, width: document.documentElement.scrollWidth,
  unfocusable: focusable.filter(element => (element.focus(), document.activeElement !== element)).length,
  focusable: focusable.length,
}), "*");
</script>
"""


CHAT = "openrouter/alpha_responses"


def occurrence(code, path, failing, message="absent, documented as a number", actual=""):
    found = Finding(CHAT, code, path, "number", actual or message.partition(",")[0], message)
    return Occurrence(finding=found, failing=failing)


def phase(test, *occurrences, seen=KEPT, usage=None, contract=CHAT, call="POST openrouter.ai/x (200)", mocked=False):
    exchange = CheckedExchange(
        contract=contract, call=call, mocked=mocked, seen=seen, occurrences=occurrences, usage=usage
    )
    documented = {contract: document(find_contract(contract))}
    return Phase(test=test, exchanges=(exchange,), documented=documented)


@pytest.fixture(scope="session")
def page():
    usage = {"input_tokens": 10, "output_tokens": "2", "total_tokens": 12, "cost": 0.1, "input_tokens_details": {}}
    tally = Tally()
    for number in range(6):
        tally.add(phase(f"tests/test_chat.py::test_kept[{number}]"))
    tally.add(phase("tests/test_chat.py::test_null", seen={"usage.input_tokens": False}))
    wrong = occurrence("wrong-type", "usage.output_tokens", failing=True, message='string "2", documented as a number')
    novel = occurrence("undocumented-field", "usage.cost", failing=False, message="number 0.1, not documented")
    absent = occurrence("missing-field", "usage.input_tokens_details.cached_tokens", failing=True)
    tally.add(phase("tests/test_bill.py::test_wrong", wrong, novel, absent, usage=usage))
    tally.add(phase("tests/test_images.py::test_mock", contract="orq/images_edits", mocked=True))
    call = UnmatchedCall(method="POST", host="openrouter.ai", path="/api/v1/chat/completions", count=3)
    tally.add(Phase(unmatched=(call,), abandoned=1, other_statuses=2))
    settings = Demands(require=("orq/images_edits",), min_coverage=50)
    return to_html(conclude(tally.report(require=settings.require), settings))


# No window is as narrow as a telephone's, a frame can be.
FRAME = """
<body><script>onmessage = ({data}) => document.body.dataset.probe = data</script>
<iframe src="framed.html" width="{width}" height="1200" style="border: 0"></iframe></body>
"""


def probed(visit, tmp_path, text, *, width=1400, dark=False):
    """What the probe measured on the page, whose policy would not have let it run."""
    unguarded = text.replace(SECURITY_POLICY, "").replace("</body>", f"{PROBE}</body>")
    (tmp_path / "framed.html").write_text(unguarded, encoding="utf-8")
    dom = visit(FRAME.replace("{width}", str(width)), "--dump-dom", dark=dark).stdout
    return json.loads(unescape(re.search(r'data-probe="([^"]*)"', dom)[1]))


def pixels(png):
    """Width, height, and the colour of the pixel in the upper left corner of a PNG image."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind in (2, 6)) == (8, True)
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    return width, height, tuple(zlib.decompress(data)[1:4])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_the_page_is_drawn_in_the_colours_of_its_reader(visit, page, tmp_path, width, dark):
    shot = tmp_path / "shot.png"
    visit(page, f"--screenshot={shot}", width=width, dark=dark)
    paper = (0x14, 0x16, 0x1A) if dark else (0xF6, 0xF4, 0xEF)
    assert pixels(shot.read_bytes()) == (width, 1200, paper)
    assert shot.stat().st_size > 20_000


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_the_page_fits_its_window_and_every_text_can_be_read(visit, page, tmp_path, width, dark):
    probe = probed(visit, tmp_path, page, width=width, dark=dark)
    assert probe["faint"] == []
    assert probe["window"] == width
    assert probe["width"] <= width
    assert probe["focusable"] > 3
    assert probe["unfocusable"] == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_the_console_stays_empty(visit, page, width, dark):
    assert "CONSOLE" not in visit(page, "--dump-dom", width=width, dark=dark).stderr


def test_the_console_is_where_a_refused_script_would_show(visit, page):
    told = visit(page.replace("</body>", "<script>1</script></body>"), "--dump-dom").stderr
    assert "CONSOLE" in told
    assert "Content Security Policy" in told


def test_the_dom_holds_what_was_seen_and_found(visit, page):
    dom = visit(page, "--dump-dom").stdout
    for part in ('class="contract"', '<li class="tile', '<li class="tile never"'):
        assert dom.count(part) == page.count(part) > 1
    assert re.findall(r'<article class="finding (\w+)"', dom) == ["fails", "fails", "warns"]
    assert '<mark>  "output_tokens": "2"</mark>' in dom
    assert "<del>    cached_tokens is absent</del>" in dom
    assert "<title>Usage contracts: failed</title>" in dom


def test_nothing_hostile_acts_even_where_no_policy_guards_the_page(visit, tmp_path):
    tally = Tally()
    found = occurrence("undocumented-field", f'usage["{HOSTILE}"]', failing=True, message=HOSTILE, actual=HOSTILE)
    data = phase(f"tests/{HOSTILE}.py::test", found, usage={HOSTILE: [HOSTILE]}, call=HOSTILE)
    call = UnmatchedCall(method=HOSTILE, host=HOSTILE, path=HOSTILE, count=1)
    tally.add(replace(data, errors=(HOSTILE,), unmatched=(call,)))
    text = to_html(conclude(tally.report(require=(HOSTILE,)), Demands(require=(HOSTILE,))))
    assert probed(visit, tmp_path, text)["title"] == "Usage contracts: failed"
    dom = visit(text, "--dump-dom").stdout
    assert "<script" not in dom
    assert "<img" not in dom
    assert "<svg" not in dom
