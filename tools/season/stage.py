"""The network that a season plays on, and the members that act on it through the command line and JSON-RPC.

Everything that a member does goes through `Actor`: one process of `touchstone` for a command, one HTTP request for a
read. Every answer is compared with what the script expects; the first that differs ends the season (`Surprise`).
"""

import concurrent.futures
import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

PASSPHRASE = "devnet"
POLL_SECONDS = 0.005
FIRST_PORT = 26545


class Surprise(Exception):
    """Something is not as the script expects."""


class Unreachable(Exception):
    """The node gave no answer."""


class Rpc:
    """JSON-RPC with one node over kept connections, one for each thread."""

    def __init__(self, port):
        self.port, self.local = port, threading.local()

    def call(self, method, token=None, **params):
        """One read; with a token as the organisation that it is of."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        answer = json.loads(self.post(body, {"Authorization": f"Touchstone {token}"} if token else {}))
        if "error" in answer:
            raise Surprise(f"{method} {params}: {answer['error']}")
        return answer["result"]

    def post(self, body, headers):
        for fresh in (False, True):
            connection = getattr(self.local, "connection", None)
            if fresh or connection is None:
                connection = self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request("POST", "/", body, {"Content-Type": "application/json"} | headers)
                return connection.getresponse().read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                # A kept connection may have been closed while it was idle; a new one was not.
                if fresh:
                    raise Unreachable(f"no answer on port {self.port}: {error}") from error
        raise AssertionError("not reached")


def has_ended(pid):
    """Gone, or a zombie: a process that is merely dying still holds its ports and locks."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


class Node:
    def __init__(self, stage, index, operator):
        self.index, self.operator, self.name = index, operator, f"node{index}"
        self.home = stage.net / self.name
        self.url = f"http://127.0.0.1:{stage.port + index}"
        self.rpc = Rpc(stage.port + index)
        self.admin_port = stage.port + 1000 + index

    def status(self):
        return self.rpc.call("chain_status")

    def stop(self, stage):
        """Ends its process and waits until it is gone."""
        pid = int((self.home / "pid").read_text())
        os.kill(pid, signal.SIGTERM)
        stage.wait_until(lambda: has_ended(pid), f"{self.name} has ended")

    def metric(self, name):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=10)
        connection.request("GET", "/metrics")
        lines = connection.getresponse().read().decode().splitlines()
        connection.close()
        return next(float(line.split()[-1]) for line in lines if line.startswith(f"touchstone_{name} "))


class Stage:
    """A fresh local network in `folder`, its members, and the count of what was expected and came true."""

    def __init__(self, binary, folder, port, say=print):
        self.binary, self.folder, self.port, self.say = binary, pathlib.Path(folder).absolute(), port, say
        self.net = self.folder / "net"
        self.nodes, self.actors = [], {}
        self.height = 0  # the highest block that a command was told of
        self.expectations = self.commands = 0
        self.lock = threading.Lock()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTONE_")}
        self.environment |= {"TOUCHSTONE_PASSPHRASE": PASSPHRASE, "TOUCHSTONE_TRUST": str(self.net / "genesis.json")}

    # -- the network

    def found(self, template, validators):
        """Writes the template, makes and starts the network, and introduces its members."""
        path = self.folder / "organisations.json"
        path.write_text(json.dumps(template, indent=2) + "\n")
        made = self.program("devnet", "--dir", str(self.net), "--rpc-port", str(self.port), "--validators",
                            str(validators), "--genesis", str(path), "--detach")
        self.expect("exit status of devnet", made.status, 0, made)
        genesis = json.loads((self.net / "genesis.json").read_text())
        self.nodes = [Node(self, index, validator["organisation"])
                      for index, validator in enumerate(genesis["validators"])]
        for organisation in genesis["organisations"]:
            self.actors[organisation["id"]] = Actor(self, organisation["id"])
        self.actors[None] = Actor(self, None)
        return genesis

    def end(self):
        """Stops every node; answers how many ran."""
        if not (self.net / "genesis.json").exists():
            return 0
        return self.program("devnet", "stop", "--dir", str(self.net)).json.get("stopped", 0)

    def __getitem__(self, organisation):
        return self.actors[organisation]

    @property
    def anybody(self):
        """Somebody who is no member: asks, and signs nothing."""
        return self.actors[None]

    # -- the program

    def program(self, *arguments, seconds=600):
        with self.lock:
            self.commands += 1
        process = subprocess.run([str(self.binary), "--json", *arguments], env=self.environment, text=True,
                                 stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
        return Answer(arguments, process)

    def saw(self, height):
        with self.lock:
            self.height = max(self.height, height)

    # -- what is expected

    def expect(self, what, found, wanted, context=""):
        if found != wanted:
            raise Surprise(f"{what}: expected {wanted!r}, found {found!r}\n{context}")
        with self.lock:
            self.expectations += 1

    def wait_until(self, condition, what, seconds=30):
        """Polls until `condition` answers something true, and answers that."""
        give_up = time.monotonic() + seconds
        while not (found := condition()):
            if time.monotonic() > give_up:
                raise Surprise(f"waited {seconds} s in vain until {what}")
            time.sleep(POLL_SECONDS)
        return found

    def together(self, act, subjects, threads=4):
        """act(subject) for each, some at a time; answers what they answered, in order."""
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            return list(pool.map(act, subjects))

    def agreed(self, nodes=None):
        """Waits until these nodes are at one height; answers it. Their state roots must be the same."""
        def same():
            seen = [node.status() for node in nodes or self.nodes]
            return seen if len({status["height"] for status in seen}) == 1 else None

        seen = self.wait_until(same, "all nodes are at one height")
        self.expect("number of different state roots", len({status["state_root"] for status in seen}), 1, seen)
        return seen[0]["height"]


class Answer:
    """What one run of the program answered."""

    def __init__(self, arguments, process):
        self.arguments, self.status, self.stderr = arguments, process.returncode, process.stderr
        self.json = json.loads(process.stdout) if process.stdout.strip() else {}

    def __str__(self):
        return (f"touchstone {' '.join(self.arguments)}: exit status {self.status}\n"
                f"{json.dumps(self.json)[:2000]}\n{self.stderr[:2000]}")


class Actor:
    """A member, or with `organisation` None anybody: acts through the node that it or its neighbour runs."""

    def __init__(self, stage, organisation, key=None):
        self.stage, self.organisation, self.signed = stage, organisation, None
        own = [node for node in stage.nodes if node.operator == organisation]
        # Its own node first, then the others, should that one be gone.
        self.nodes = own + [node for node in stage.nodes if node not in own]
        self.key = key or stage.net / "orgs" / f"{organisation}.key"

    def _flags(self):
        flags = ["--rpc", ",".join(node.url for node in self.nodes)]
        if self.organisation is not None:
            flags += ["--org", self.organisation, "--key", str(self.key)]
        return flags

    def run(self, *arguments, status=0, nodes=None):
        """One command, which must end with `status`; answers its JSON."""
        self.catch_up()
        flags = self._flags() if nodes is None else ["--rpc", ",".join(node.url for node in nodes)]
        answer = self.stage.program(*flags, *arguments)
        self.stage.expect(f"exit status of {' '.join(arguments)[:120]}", answer.status, status, answer)
        self.stage.saw(answer.json.get("height", 0))
        return answer.json

    def does(self, *arguments, count):
        """One command on `count` items: all of them must be accepted, and final."""
        answer = self.run(*arguments)
        self.stage.expect(f"items accepted by {arguments[0]}", answer["accepted"], count, answer["lines"][:5])
        return answer

    def insists(self, *arguments, count, seconds=60):
        """Like `does`, while nodes come and go: what got no answer is sent again, which doubles nothing."""
        flags, give_up = self._flags(), time.monotonic() + seconds
        while True:
            answer = self.stage.program(*flags, *arguments)
            self.stage.saw(answer.json.get("height", 0))
            settled = answer.json.get("accepted", 0) + answer.json.get("already_there", 0)
            if answer.status != 3 or time.monotonic() > give_up:
                self.stage.expect(f"items settled by {arguments[0]}", (answer.status, settled), (0, count), answer)
                return

    def refused(self, code, *arguments):
        """One operation without items that the ledger must refuse with `code`."""
        answer = self.run(*arguments, status=1)
        self.stage.expect(f"refusal of {' '.join(arguments)[:120]}", answer["refusal"]["code"], code)
        return answer

    def refused_items(self, code, *arguments, count):
        """One command on `count` items, each of which the ledger must refuse with `code`."""
        answer = self.run(*arguments, status=1)
        found = sorted({line["code"] for line in answer["lines"]}), answer["accepted"], answer["refused"]
        self.stage.expect(f"refusals of {' '.join(arguments)[:120]}", found, ([code], 0, count))
        return answer

    def ask(self, method, **params):
        """One read over JSON-RPC, of what this organisation may see."""
        self.catch_up()
        return self.nodes[0].rpc.call(method, self.token(), **params)

    def token(self):
        """Signed with the organisation's key, and good for a season; None for anybody."""
        if self.organisation and not self.signed:
            self.signed = self.run("token", "new", "--audience", "any", "--minutes", "60")["token"]
        return self.signed

    def catch_up(self):
        """A node may learn a few milliseconds after another that a block is final: read what one was told of."""
        node, height = self.nodes[0], self.stage.height
        with contextlib.suppress(Unreachable):  # the command goes on to the next node by itself
            self.stage.wait_until(lambda: node.status()["height"] >= height, f"{node.name} is at block {height}")

    def verdict(self, uri, *arguments, nodes=None):
        """The verdict on one item, its reasons and who signed: proven from the genesis alone, or a Surprise."""
        self.catch_up()
        flags = ["--rpc", ",".join(node.url for node in nodes or self.nodes)]
        answer = self.stage.program(*flags, "verify", uri, *arguments)
        self.stage.expect(f"proof of the verdict on {uri}", answer.json.get("proven"), True, answer)
        return answer.json

    def expect_verdict(self, uri, verdict, reasons, *arguments, nodes=None):
        found = self.verdict(uri, *arguments, nodes=nodes)
        self.stage.expect(f"verdict on {uri}", (found["verdict"], set(found["reasons"])), (verdict, set(reasons)))
        return found


def free_port(nodes, first=None):
    """The first port of a range in which RPC, peers' and admin ports of so many nodes are free."""
    for port in [first] if first else range(FIRST_PORT, FIRST_PORT + 1000, 50):
        with contextlib.ExitStack() as held:
            try:
                for taken in (port + shift + index for shift in (0, -1000, 1000) for index in range(nodes)):
                    probe = held.enter_context(socket.socket())
                    # As the nodes do: connections that ended a moment ago do not hold the port.
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", taken))
                return port
            except OSError:
                continue
    raise Surprise(f"ports from {first or FIRST_PORT} (and 1000 below and above) are in use: name others with --port")
