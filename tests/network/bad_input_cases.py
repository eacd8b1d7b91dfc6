"""What no client or peer should send: the node refuses it by name, stays up, and no block comes of it."""

import base64
import contextlib
import json
import shutil
import socket
import ssl
import subprocess

import harness
from fake_node import FakeNode
from shared import NetworkCase


class BadInputCase(NetworkCase):
    @contextlib.contextmanager
    def unmoved(self):
        """After the block every node is the same process at the same height, and answers."""
        before = self.net.agreed()
        processes = [node.pid for node in self.net.nodes]
        yield
        self.assertEqual([node.pid for node in self.net.nodes], processes)
        self.assertEqual(self.net.agreed(seconds=10), before)


def raw(port, data, seconds=5, shut=False):
    """Sends bytes, and answers what comes back until the other side closes or `seconds` have passed."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as sock:
        with contextlib.suppress(OSError):
            sock.sendall(data)
            if shut:
                sock.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            while chunk := sock.recv(65536):
                received += chunk
    return received


class BadRpcCases(BadInputCase):
    def error_of(self, body, http_status=200):
        status, answer = self.net.nodes[0].rpc.post(body)
        self.assertEqual(status, http_status, answer[:300])
        error = json.loads(answer)["error"]
        return error["code"], error["data"]["code"]

    def test_malformed_json(self):
        with self.unmoved():
            for body in (b"", b"{", b"{bad", b"nul", b'{"jsonrpc":"2.0"', b'"\xff\xfe"', b"\x00" * 100, b"[1,", b'{"a":1}}',
                         self.random.randbytes(5000)):
                status, answer = self.net.nodes[0].rpc.post(body)
                self.assertIn(status, (200, 400), body)
                self.assertIn(json.loads(answer)["error"]["code"], (-32700, -32600), body)

    def test_deep_nesting(self):
        with self.unmoved():
            for body in (b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000,
                         b'{"jsonrpc":"2.0","id":1,"method":"chain_status","params":' + b"[" * 40 + b"]" * 40 + b"}"):
                code, _ = self.error_of(body)
                self.assertIn(code, (-32700, -32600, -32602, -32005))

    def test_no_request(self):
        with self.unmoved():
            for body in (b"1", b'"text"', b"null", b"{}", b"[]", b'{"jsonrpc":"1.0","id":1,"method":"chain_status"}',
                         b'{"jsonrpc":"2.0","id":1,"method":7}'):
                self.assertEqual(self.error_of(body)[0], -32600, body)

    def test_unknown_method_and_wrong_parameters(self):
        with self.unmoved():
            self.assertEqual(self.net.nodes[0].rpc.ask("item_destroy")["error"]["code"], -32601)
            for method, params in (("item_verify", {}), ("item_verify", {"key": "zz"}), ("item_verify", {"uri": "x" * 10_000}),
                                   ("item_verify", {"gtin": "09506000134353", "serial": "A"}), ("tx_get", {"id": 7}),
                                   ("tx_submit", {}), ("tx_submit", {"transaction": "!!!"}),
                                   ("tx_submit", {"transaction": ["AAAA"]}), ("block_get", {"height": -1}),
                                   ("block_list", {"limit": 10**30}), ("block_list", {"cursor": "\u0000"})):
                error = self.net.nodes[0].rpc.ask(method, params).get("error")
                self.assertIsNotNone(error, (method, params))
                self.assertEqual(error["code"], -32602, (method, params, error))

    def test_too_large_a_body_and_batch(self):
        with self.unmoved():
            head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
            answer = raw(self.net.nodes[0].rpc_port, head % (9 << 20) + b"[" + b" " * (1 << 20))
            self.assertIn(b" 413 ", answer.split(b"\r\n")[0])
            call = '{"jsonrpc":"2.0","id":1,"method":"chain_status"}'
            self.error_of("[" + ",".join([call] * 1001) + "]")
            _, answers = self.net.nodes[0].rpc.post("[" + ",".join([call] * 1000) + "]")
            self.assertEqual(len(json.loads(answers)), 1000)

    def test_garbage_instead_of_http(self):
        port = self.net.nodes[0].rpc_port
        with self.unmoved():
            for data in (b"\r\n\r\n", b"GET", b"\x16\x03\x01" + self.random.randbytes(500), self.random.randbytes(100_000),
                         b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                         b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
                         b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
                         b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"):
                raw(port, data, seconds=2, shut=True)

    def test_many_half_requests_do_not_keep_others_out(self):
        with self.unmoved(), contextlib.ExitStack() as held:
            for _ in range(200):
                sock = held.enter_context(socket.create_connection(("127.0.0.1", self.net.nodes[0].rpc_port), timeout=5))
                sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Le")
            another = harness.Rpc(self.net.nodes[0].rpc_port, seconds=2)
            held.callback(another.close)
            self.assertTrue(another.call("chain_status")["synced"])


class CapturingNode(FakeNode):
    """Answers the command line as a node would, with other facts in chain_status, and keeps what is submitted."""

    def __init__(self, real, **facts):
        super().__init__()
        self.real, self.facts, self.submitted = real, facts, []
        self.respond = self.answer

    def answer(self, request):
        if request["method"].startswith("tx_submit"):
            self.submitted.append(request["params"]["transaction"])
            result = {"id": "00" * 32, "status": "pending"}
        else:
            result = self.real.rpc.call(request["method"], **request.get("params", {})) | self.facts
            self.real.rpc.close()
        return json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}).encode()


class BadTransactionCases(BadInputCase):
    def signed(self, org="acme", key=None, name="Captured", **facts):
        """A transaction that the command line signed for a node of these facts, as bytes."""
        with CapturingNode(self.net.nodes[0], **facts) as fake:
            self.net.cli("--no-wait", "product", "declare", harness.gtin14(self.random.randrange(100_000, 800_000)),
                         "--name", name, org=org, key=key, nodes=[fake.url])
            self.assertEqual(len(fake.submitted), 1)
            return base64.b64decode(fake.submitted[0])

    def submit(self, transaction, method="tx_submit", node=0):
        return self.net.nodes[node].rpc.ask(method, {"transaction": base64.b64encode(transaction).decode()})

    def assert_refused(self, transaction, *codes):
        answer = self.submit(transaction)
        self.assertIn("error", answer)
        self.assertIn(answer["error"]["data"]["code"], codes, answer)

    def test_what_the_command_line_signs_is_taken(self):
        """The other cases would mean nothing if the capture itself were not a valid transaction."""
        transaction = self.signed()
        first = self.submit(transaction, "tx_submit_and_wait")["result"]
        self.assertTrue(first["applied"], first)
        height = self.net.agreed()[0]
        self.assertEqual(first["height"], height)

    def test_the_same_bytes_again_answer_the_first_result(self):
        """A client whose node died in between sends them to another one, and must hear what became of them."""
        transaction = self.signed()
        first = self.submit(transaction, "tx_submit_and_wait")["result"]
        with self.unmoved():
            for node in range(4):
                again = self.submit(transaction, "tx_submit_and_wait", node)
                self.assertEqual(again.get("result"), first, again)
                self.assertEqual(self.submit(transaction, "tx_submit", node).get("result"),
                                 {"id": first["id"], "status": "final"})

    def test_one_altered_byte(self):
        transaction = self.signed(name="Honest name")
        with self.unmoved():
            self.assert_refused(transaction.replace(b"Honest", b"Forged"), "bad_signature")
            self.assert_refused(transaction[:-1] + bytes([transaction[-1] ^ 1]), "bad_signature")
            self.assert_refused(transaction[:-64] + bytes(64), "bad_signature")

    def test_another_chain(self):
        with self.unmoved():
            self.assert_refused(self.signed(chain_id="5d" * 32), "wrong_chain")

    def test_expired_and_too_long_valid(self):
        with self.unmoved():
            # The command line adds 20,000 heights; the sum wraps around to 1.
            self.assert_refused(self.signed(height=2**64 - 20_000 + 1), "expired")
            self.assert_refused(self.signed(height=10**9), "validity_too_long")

    def test_unknown_key_and_organisation(self):
        stranger = self.net.root / "stranger.key"
        if not stranger.exists():
            self.net.must("keys", "new", str(stranger), nodes=())
        with self.unmoved():
            self.assert_refused(self.signed(key=stranger), "unknown_key")
            self.assert_refused(self.signed(org="nobody", key=stranger), "unknown_organisation")
            self.assert_refused(self.signed(org="borea", key=self.net.key_of("acme")), "unknown_key")

    def test_malformed_protobuf(self):
        transaction = self.signed()
        with self.unmoved():
            for wrong in (b"", b"\x00", b"\x0a\xff\xff\xff\xff\x0f", transaction[:-70], transaction[:10],
                          transaction + b"\x1a\x01x", self.random.randbytes(1000),
                          b"\x0a\x02hi\x12\x40" + bytes(64), transaction.replace(b"\x12\x40", b"\x12\x3f")):
                self.assert_refused(wrong, "malformed", "bad_signature", "invalid_params")
            for _ in range(300):
                place = self.random.randrange(len(transaction))
                changed = transaction[:place] + self.random.randbytes(1) + transaction[place + 1:]
                if changed != transaction:
                    self.assertIn("error", self.submit(changed))

    def test_too_large_a_transaction(self):
        with self.unmoved():
            self.assert_refused(b"\x0a\x80\x80\xc0\x02" + bytes(5 << 20) + b"\x12\x40" + bytes(64), "too_large", "malformed")


class BadPeerCases(BadInputCase):
    def peers(self):
        return {peer["name"] for peer in self.net.status()["peers"] if peer["connected"]}

    def test_random_bytes(self):
        with self.unmoved():
            known = self.peers()
            for size in (1, 5, 1000, 1 << 20):
                raw(self.net.nodes[0].p2p_port, self.random.randbytes(size), seconds=3, shut=True)
            raw(self.net.nodes[0].p2p_port, b"\x16\x03\x01\xff\xff" + self.random.randbytes(70_000), seconds=3, shut=True)
            self.assertEqual(self.peers(), known)

    def tls(self, certificate=None):
        """Speaks TLS to the peers' port; answers what came back, b"" when the node hung up."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if certificate:
            context.load_cert_chain(certificate)
        with socket.create_connection(("127.0.0.1", self.net.nodes[0].p2p_port), timeout=10) as plain:
            try:
                with context.wrap_socket(plain) as sock:
                    with contextlib.suppress(OSError):
                        sock.sendall(self.random.randbytes(3000))
                    return sock.recv(65536)
            except (ssl.SSLError, ConnectionError):
                return b""

    def test_tls_without_a_certificate(self):
        with self.unmoved():
            known = self.peers()
            self.assertEqual(self.tls(), b"")
            self.assertEqual(self.peers(), known)

    def test_tls_with_a_strangers_certificate(self):
        if shutil.which("openssl") is None:
            self.skipTest("there is no openssl to make a certificate")
        pem, key = self.net.root / "stranger.pem", self.net.root / "stranger-tls.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=stranger", "-keyout", key,
                        "-out", pem], check=True, capture_output=True, timeout=30)
        pem.write_text(pem.read_text() + key.read_text())
        with self.unmoved():
            known = self.peers()
            self.assertEqual(self.tls(pem), b"")
            self.assertEqual(self.peers(), known)

    def test_half_open_connections_do_not_keep_a_peer_out(self):
        with contextlib.ExitStack() as held:
            for _ in range(100):
                held.enter_context(socket.create_connection(("127.0.0.1", self.net.nodes[0].p2p_port), timeout=5))
            observer = self.net.observers[0]
            observer.kill()
            observer.restart()
            harness.wait_until(lambda: any(peer["name"] == "node0" and peer["connected"] for peer in observer.status()["peers"]),
                               20, "the observer is connected to node0")
        self.net.agreed()
