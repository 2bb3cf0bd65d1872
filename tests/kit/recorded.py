"""Files with recorded exchanges of the toy contract: HAR files, and JSON lines."""

import gzip
import json

import yaml
import zstandard
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


def write_mixed(folder, bodies, stream):
    """Writes *bodies* in every form of recording, and one *stream*: of each form the name of its file."""
    lines = b"".join(body + b"\n" for body in bodies)
    interactions = [
        {
            "request": {"method": "POST", "uri": URL, "body": None, "headers": {}},
            "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": body.decode()}},
        }
        for body in bodies
    ]
    files = {
        "lines": ("bodies.jsonl", lines),
        "gzip": ("packed.jsonl.gz", gzip.compress(lines)),
        "zstd": ("packed.jsonl.zst", zstandard.compress(lines)),
        "har": ("calls.har", json.dumps({"log": {"entries": [entry(URL, text=body.decode()) for body in bodies]}})),
        "cassette": ("cassette.yaml", yaml.safe_dump({"interactions": interactions, "version": 1})),
        "stream": ("stream.sse", stream),
        "body": ("body.json", bodies[0]),
    }
    for name, content in files.values():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return {form: name for form, (name, _) in files.items()}
