"""What a lying node lies from: it remembers what the node behind it answered in one state of the chain and another."""

import base64
import contextlib
import http.client
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
