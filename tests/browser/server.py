"""A static server that compresses, as the servers do on which such sites are published."""

import gzip
import http.server
import threading
from functools import partial
from pathlib import Path

COMPRESSED = {".html", ".js", ".css", ".svg", ".json"}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Sends the policy that the site brings along, if it does."""

    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        headers = Path(self.directory) / "_headers"
        if headers.is_file():
            name, value = headers.read_text("utf-8").splitlines()[1].split(":", 1)
            self.send_header(name.strip(), value.strip())
        super().end_headers()

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.suffix not in COMPRESSED or not path.is_file():
            return super().do_GET()
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


def serve(folder: Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    """Serve `folder` on 127.0.0.1 in a thread; `server_port` tells where."""
    handler = partial(Handler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
