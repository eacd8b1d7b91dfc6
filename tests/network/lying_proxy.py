"""An HTTP proxy before a node, on the loopback: it remembers what the node answered in one state and another, and alters
what it passes on. What it does is decided call by call by whoever set `respond`.
"""

import base64
import contextlib
import http.client
import http.server
import json
import threading

import lies


class World:
    """What the node answered in one state of the chain. `answers`: (method, params as JSON) -> JSON-RPC answer; `later`:
    what it was not asked before a lie made somebody ask."""

    def __init__(self, name):
        self.name, self.answers, self.later = name, {}, {}
        self.calls = {}  # (program, situation) -> [(method, params as JSON)], in order
        self.honest = {}  # (program, situation) -> what the program said of the honest answers


class Scene:
    """Several states of one chain, the node that has the last, and the liar's own keys."""

    def __init__(self, rpc_port, keys):
        self.port, self.keys, self.worlds = rpc_port, keys, {}
        self.lock = threading.Lock()

    @property
    def last(self):
        return list(self.worlds)[-1]

    @property
    def epochs(self):
        return len(self.told_epochs())

    @property
    def closing_header(self):
        """Of the last block of an epoch."""
        return base64.b64decode(self.told_epochs()[-1]["header"])

    def told_epochs(self):
        question = (lies.EPOCHS, json.dumps({"from": 1}, sort_keys=True))
        return self.worlds[self.last].answers[question]["result"]["epochs"]

    def ask(self, world, question):
        """As the node answered it then; what it was not asked then it is asked now."""
        known = self.worlds[world]
        if question in known.answers:
            return known.answers[question]
        with self.lock:
            if question not in known.later:
                known.later[question] = self.forward(question)
            return known.later[question]

    def forward(self, question):
        call = {"jsonrpc": "2.0", "id": 1, "method": question[0], "params": json.loads(question[1])}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request("POST", "/", json.dumps(call), {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())


class Proxy:
    """`with Proxy() as proxy:` listens at proxy.url. `respond`: from a JSON-RPC request to a body in bytes, or to a
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
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = 1 << 16  # head and body in one piece

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    answer = proxy.respond(request)
                except Exception as error:  # a thread must not end unheard
                    proxy.failure, answer = error, b""
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
