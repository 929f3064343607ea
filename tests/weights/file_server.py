"""A small HTTP server of one file that can change, break off, refuse, or know no ranges."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer(ThreadingHTTPServer):
    """Serves `content` under any path.

    breaks: after how many bytes each next answer ends early. refusals: statuses of the next answers. pause: seconds after each MiB.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = content
        self.etag: str | None = '"first"'
        self.ranges = True
        self.status: int | None = None
        self.breaks: list[int] = []
        self.refusals: list[int] = []
        self.pause = 0.0
        self.asked: list[str | None] = []  # the Range of each request

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/vgg19.pth"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away early is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        if refusal := self.server.refusals.pop(0) if self.server.refusals else self.server.status:
            self.send_error(refusal)
            return
        start = 0
        if asked and self.server.ranges and self.headers.get("If-Range") == self.server.etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        whole, body = self.server.content, self.server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(whole) - 1}/{len(whole)}")
        if self.server.etag:
            self.send_header("ETag", self.server.etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.breaks:
            body = body[: self.server.breaks.pop(0)]
        for begin in range(0, len(body), 1 << 20):
            self.wfile.write(body[begin : begin + (1 << 20)])
            time.sleep(self.server.pause)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def serving(content: bytes) -> Iterator[FileServer]:
    """A running FileServer on a free port of loopback."""
    with FileServer(content) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
