"""An HTTP server in a node's place, on the loopback: what it answers is decided call by call by whoever set `respond`."""

import contextlib
import http.server
import json
import threading


class FakeNode:
    """`with FakeNode() as fake:` listens at fake.url. `respond`: from a JSON-RPC request to a body in bytes, or to a
    function of `send` and `pause` that writes all of the HTTP answer itself."""

    def __init__(self):
        self.respond, self.failure = None, None
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def handler(self):
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = 1 << 16  # head and body in one piece

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    answer = fake.respond(request)
                except Exception as error:  # a thread must not end unheard
                    fake.failure, answer = error, b""
                self.reply(answer)

            def handle(self):
                # The reader may have heard enough: that is his right.
                with contextlib.suppress(OSError):
                    super().handle()

            def reply(self, answer):
                if callable(answer):
                    self.close_connection = True
                    answer(self.send, threading.Event().wait)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def send(self, data):
                self.wfile.write(data)
                self.wfile.flush()

            def finish(self):
                with contextlib.suppress(OSError):
                    super().finish()

            def log_message(self, *_):
                pass

        return Handler
