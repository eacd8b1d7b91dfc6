"""Several nodes are asked at once: the newest proven answer counts, whoever is cut off, silent or would rather show
yesterday."""

import contextlib
import json

from fake_node import FakeNode
from shared import NetworkCase


class Yesterday(FakeNode):
    """Answers as a node did: hands calls on and keeps the answers, until time stops for it."""

    def __init__(self, node):
        super().__init__()
        self.node, self.kept, self.stopped = node, {}, False
        self.respond = lambda request: json.dumps(self.answer(request)).encode()

    def answer(self, request):
        asked = json.dumps([request["method"], request.get("params")], sort_keys=True)
        if not self.stopped:
            with contextlib.closing(self.node.rpc_as(None)) as rpc:
                self.kept[asked] = rpc.ask(request["method"], request.get("params"))
        return self.kept[asked] | {"id": request["id"]}


class NewestCases(NetworkCase):
    def test_a_node_that_shows_how_things_were_is_outdone_by_any_other(self):
        gtin, (uri,) = self.registered(1, lot="L1")
        with Yesterday(self.net.nodes[0]) as old:
            before = self.run_as("", "verify", uri, nodes=[old])
            self.run_as("", "history", uri, nodes=[old])
            self.assertEqual(before["verdict"], "genuine")
            old.stopped = True
            self.run_as("acme", "recall", gtin, "--lot", "L1", "--reason", "wrong label")
            self.net.agreed()
            # By itself it is believed: it is true of its time, and the answer tells which that is.
            self.assertEqual(self.run_as("", "verify", uri, nodes=[old])["height"], before["height"])
            for nodes in ([old, self.net.nodes[1]], [self.net.nodes[1], old], [old, old, self.net.nodes[2]]):
                answer = self.run_as("", "verify", uri, nodes=nodes, status=5)
                self.assertEqual((answer["verdict"], answer["reasons"]), ("caution", ["recalled"]))
                self.assertGreater(answer["height"], before["height"])
                self.assertEqual([node.get("height") for node in answer["nodes"] if node["rpc"] == old.url],
                                 [before["height"]] * nodes.count(old))
            history = self.run_as("", "history", uri, nodes=[old, self.net.nodes[1]])
            self.assertGreater(history["height"], before["height"])

    def test_who_is_out_of_reach_or_proves_nothing_is_named_and_not_counted(self):
        _, (uri,) = self.registered(1)
        nowhere = "http://127.0.0.1:9"
        with Yesterday(self.net.nodes[0]) as liar:
            liar.answer = lambda request: {"jsonrpc": "2.0", "id": request["id"], "result": {"epochs": [], "complete": True}}
            answer = self.run_as("", "verify", uri, nodes=[nowhere, liar, self.net.nodes[1]])
            self.assertEqual(answer["verdict"], "genuine")
            self.assertEqual([node.get("error", {}).get("code") for node in answer["nodes"]],
                             ["unreachable", "unproven", None])
            refused = self.net.cli("verify", uri, org="", nodes=[nowhere, liar])
            self.assertEqual((refused.status, refused.json["error"]["code"]), (4, "unproven"), str(refused))
            self.assertEqual(self.net.cli("verify", uri, org="", nodes=[nowhere, nowhere]).status, 3)
