"""A provider on loopback that answers everything with one case, in a body or a stream as the request asks for it."""

import json
import struct
import threading
import zlib
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        streams = asked.get("stream") is True or "stream" in self.path.rpartition("/")[2]
        kind, content = self.server.stream if streams else self.server.body
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serve(case):
    """Serve *case* under the address that this yields."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.body = "application/json", case.body
        server.stream = "text/event-stream", case.events
        if case.contract == "bedrock/converse":
            server.stream = "application/vnd.amazon.eventstream", b"".join(converse_events(json.loads(case.body)))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def converse_events(body):
    """Yield the events of a ConverseStream that amounts to *body*."""
    text = body["output"]["message"]["content"][0]["text"]
    yield event("messageStart", {"role": "assistant"})
    yield event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": text}})
    yield event("contentBlockStop", {"contentBlockIndex": 0})
    yield event("messageStop", {"stopReason": body["stopReason"]})
    yield event("metadata", {"usage": body["usage"], "metrics": body["metrics"]})


def event(name, payload):
    """Return an event in the encoding application/vnd.amazon.eventstream: lengths, headers and checksums."""
    told = {":message-type": "event", ":event-type": name, ":content-type": "application/json"}
    headers = b"".join(
        struct.pack("!B", len(key)) + key.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
        for key, value in told.items()
    )
    content = json.dumps(payload).encode()
    prelude = struct.pack("!II", len(headers) + len(content) + 16, len(headers))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + content
    return message + struct.pack("!I", zlib.crc32(message))
