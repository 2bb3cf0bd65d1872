"""Files with recorded exchanges of the toy contract: HAR files, and JSON lines."""

import json

from toy import KEPT

URL, NULLABLE = "https://api.toy.test/v1/chat", "https://api.toy.test/v2/chat"
DRIFTED = {**KEPT, "cost": 0.1}
BROKEN = {**KEPT, "total_tokens": "165"}


def entry(url, usage=None, status=200, **content):
    content = content or {"text": json.dumps({} if usage is None else {"usage": usage})}
    return {"request": {"method": "POST", "url": url}, "response": {"status": status, "content": content}}


def write_har(folder, *entries, name="calls.har"):
    path = folder / name
    path.write_text(json.dumps({"log": {"entries": entries}}))
    return path


def write_lines(folder, *usages, name="bodies.jsonl"):
    path = folder / name
    path.write_text("".join(json.dumps({"usage": usage}) + "\n" for usage in usages))
    return path
