"""A network of real node processes for tests: started by `touchstone devnet`, watched over JSON-RPC, killed and restarted.

Every wait has a deadline and polls for its event; nothing here sleeps in the hope that something has happened by then.
Processes are ended by their id alone. The binary is TOUCHSTONE_BINARY, or build/release/touchstone.
"""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("TOUCHSTONE_BINARY", PROJECT / "build/release/touchstone")).absolute()
# How many times as long as usual an answer may take: instrumented nodes are slow.
PATIENCE = float(os.environ.get("TOUCHSTONE_PATIENCE", "1"))
FIRST_PORT = int(os.environ.get("TOUCHSTONE_TEST_PORT", "28545"))
POLL_SECONDS = 0.02
PASSPHRASE = "devnet"


class Unreachable(Exception):
    """The node gave no answer: refused, reset, or silent past the deadline."""


def wait_until(condition, seconds, what):
    """Polls until `condition` answers something true, and answers that; fails with `what` after `seconds`."""
    give_up = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > give_up:
            raise AssertionError(f"waited {seconds} s in vain until {what() if callable(what) else what}")
        time.sleep(POLL_SECONDS)


def has_ended(pid):
    """Gone, or a zombie: a process that is merely dying still holds its ports and locks."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


PREFIXES = {"acme": "950600", "borea": "7612345"}  # tools/devnet/devnet_founding.cpp


def gtin14(number, brand="acme"):
    """A GTIN-14 of a sample brand with a valid check digit; `number` has up to five digits, acme's up to six."""
    prefix = PREFIXES[brand]
    digits = f"0{prefix}{number:0{12 - len(prefix)}d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


class Rpc:
    """JSON-RPC over one kept connection. Not for two threads at once. `token` answers the token of the caller's
    organisation; without it the caller is nobody in particular."""

    def __init__(self, port, seconds=10, token=None):
        self.port, self.seconds, self.connection, self.calls, self.token = port, seconds * PATIENCE, None, 0, token

    def headers(self):
        who = {"Authorization": f"Touchstone {self.token()}"} if self.token else {}
        return {"Content-Type": "application/json"} | who

    def post(self, body):
        """Status and body of the HTTP answer."""
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.seconds)
            try:
                self.connection.request("POST", "/", body, self.headers())
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.close()
                # A kept connection may have been closed while it was idle; a new one was not.
                if fresh or attempt == 2:
                    raise Unreachable(f"port {self.port}: {error}") from error
        raise AssertionError("not reached")

    def ask(self, method, params=None):
        """The whole answer object: with `result` or with `error`."""
        self.calls += 1
        request = {"jsonrpc": "2.0", "id": self.calls, "method": method, "params": params or {}}
        _, body = self.post(json.dumps(request))
        return json.loads(body)

    def call(self, method, **params):
        answer = self.ask(method, params)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Answer:
    """What one run of the command line answered."""

    def __init__(self, arguments, process):
        self.arguments, self.status = arguments, process.returncode
        self.stdout, self.stderr = process.stdout, process.stderr
        self.json = json.loads(process.stdout) if process.stdout.strip() else {}

    def __str__(self):
        return f"touchstone {' '.join(self.arguments)}: status {self.status}\n{self.stdout[:2000]}{self.stderr[:2000]}"


class Node:
    def __init__(self, net, index, validator):
        self.net, self.index, self.validator = net, index, validator
        self.home = net.dir / f"node{index}"
        self.rpc_port, self.p2p_port, self.admin_port = (net.port + shift + index for shift in (0, -1000, 1000))
        self.url = f"http://127.0.0.1:{self.rpc_port}"
        self.process = None  # when it was restarted from here
        self.local = threading.local()

    @property
    def rpc(self):
        """As the auditor, who sees what others may not see of each other."""
        if not hasattr(self.local, "rpc"):
            self.local.rpc = self.rpc_as("veritas")
        return self.local.rpc

    def rpc_as(self, org):
        """A connection for an organisation, by tokens that are for this node alone; None: for nobody."""
        return Rpc(self.rpc_port, token=org and (lambda: self.net.token(org, f"127.0.0.1:{self.rpc_port}")))

    def status(self):
        """chain_status, or None while the node does not answer."""
        try:
            return self.rpc.call("chain_status")
        except Unreachable:
            return None

    @property
    def pid(self):
        """Of the running process; 0 when there is none."""
        if self.process is not None:
            return self.process.pid if self.process.poll() is None else 0
        try:
            pid = int((self.home / "pid").read_text())
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return 0
        # The number may belong to somebody else by now: ours names its home folder.
        return pid if str(self.home).encode() in command else 0

    def signal(self, number, seconds=20):
        pid = self.pid
        assert pid, f"{self.home.name} is not running"
        os.kill(pid, number)
        wait_until(lambda: has_ended(pid) and self.pid == 0, seconds, f"process {pid} of {self.home.name} has ended")

    def kill(self):
        self.signal(signal.SIGKILL)

    def stop(self):
        self.signal(signal.SIGTERM)

    def spawn(self, *flags, command=()):
        assert self.pid == 0, f"{self.home.name} is running already"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([*command, str(BINARY), "node", "--home", str(self.home), *flags],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.net.environment,
                                            start_new_session=True)

    def restart(self, seconds=30):
        """Starts it again and waits until it answers."""
        self.spawn()
        wait_until(lambda: self.status() or self.ended(), seconds, lambda: f"node{self.index} answers: {self.log_tail()}")

    def ended(self):
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(f"node{self.index} ended with status {self.process.returncode}: {self.log_tail()}")
        return False

    @property
    def log_path(self):
        return self.home / "node.log"

    def log_size(self):
        return self.log_path.stat().st_size

    def log_since(self, offset):
        with open(self.log_path, "rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    def log_tail(self):
        return "\n" + self.log_since(max(0, self.log_size() - 2000))


class Devnet:
    """`with Devnet() as net:` a running network in a temporary folder, removed unless KEEP_DEVNET is set."""

    def __init__(self, validators=4, observers=0, settings=()):
        assert BINARY.is_file(), f"there is no {BINARY}; build it, or set TOUCHSTONE_BINARY"
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="touchstone-network-"))
        self.dir = self.root / "net"
        self.port = free_ports(validators + observers)
        self.settings = settings
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTONE_")}
        self.environment |= {"TOUCHSTONE_PASSPHRASE": PASSPHRASE, "TOUCHSTONE_TRUST": str(self.dir / "genesis.json")}
        self.nodes = [Node(self, index, index < validators) for index in range(validators + observers)]
        self.validators, self.observers = self.nodes[:validators], self.nodes[validators:]
        self.next_product = 0
        self.lock = threading.Lock()
        self.tokens = {}  # by organisation and audience: token, and when it was made
        self.token_lock = threading.Lock()

    def __enter__(self):
        arguments = ["--rpc-port", str(self.port), "--validators", str(len(self.validators)),
                     "--observers", str(len(self.observers))]
        for setting in self.settings:
            arguments += ["--set", setting]
        try:
            answer = self.cli("devnet", "--dir", str(self.dir), *arguments, "--detach", nodes=())
            assert answer.status == 0, str(answer)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, failed, *_):
        left = self.stop_all()
        for node in self.nodes:
            node.rpc.close()
            with contextlib.suppress(AssertionError, ProcessLookupError):
                if node.pid:
                    node.kill()
        if "KEEP_DEVNET" in os.environ:
            print("kept", self.root)
        else:
            shutil.rmtree(self.root, ignore_errors=True)
        if left and failed is None:
            raise AssertionError(f"devnet stop did not end every node: {left}")

    def stop_all(self):
        """Ends the nodes through the command; answers what it and the logs of those that go on say."""
        if not (self.dir / "genesis.json").exists():
            return ""
        try:
            answer = self.cli("devnet", "stop", "--dir", str(self.dir), nodes=(), seconds=40)
            said = "" if answer.status == 0 else str(answer)
        except (subprocess.TimeoutExpired, ValueError) as error:
            said = str(error)
        return said and said + "".join(f"\n{node.home.name}: {node.log_tail()}" for node in self.nodes if node.pid)

    # -- the command line

    def cli(self, *arguments, org=None, key=None, nodes=None, seconds=60, trust=None):
        """Runs one command with --json. `nodes`: whom it may ask, in order; default: node0. Without `org` the auditor
        reads; with an empty one, nobody."""
        command = ["--json"]
        for node in self.nodes[:1] if nodes is None else nodes:
            command += ["--rpc", node if isinstance(node, str) else node.url]
        environment = self.environment | ({"TOUCHSTONE_TRUST": str(trust)} if trust else {})
        if org:
            command += ["--org", org, "--key", str(key or self.key_of(org))]
        elif org is None and self.key_of("veritas").exists():
            # Who reads in tests: as a user has it set in his shell.
            environment |= {"TOUCHSTONE_ORG": "veritas", "TOUCHSTONE_KEY": str(self.key_of("veritas"))}
        process = subprocess.run([str(BINARY), *command, *arguments], env=environment, stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True, timeout=seconds, check=False)
        return Answer([*command, *arguments], process)

    def must(self, *arguments, **options):
        answer = self.cli(*arguments, **options)
        if answer.status != 0:
            raise AssertionError(str(answer))
        return answer.json

    def key_of(self, org):
        return self.dir / "orgs" / f"{org}.key"

    def token(self, org, audience="any"):
        """A token of this organisation, made anew every half hour."""
        with self.token_lock:
            token, made = self.tokens.get((org, audience), (None, 0))
            if token is None or time.monotonic() > made + 1800:
                token = self.must("token", "new", "--audience", audience, "--minutes", "60", org=org, nodes=())["token"]
                self.tokens[(org, audience)] = (token, time.monotonic())
            return token

    def new_product(self, quota=None):
        """Declares a new GTIN for acme, and with `quota` licenses atelier to make so many."""
        with self.lock:
            self.next_product += 1
            gtin = gtin14(self.next_product)
        self.must("product", "declare", gtin, "--name", f"Product {self.next_product}", org="acme")
        if quota is not None:
            self.must("licence", "grant", gtin, "atelier", "--quota", str(quota), org="acme")
        return gtin

    def new_serials(self, gtin, count, name=None):
        """A file of new serials, and their Digital Links in its order."""
        path = self.root / (name or f"serials-{gtin}-{time.monotonic_ns()}.csv")
        self.must("serials", "new", "--gtin", gtin, "--count", str(count), "--file", str(path), nodes=())
        return path, [line.split(",")[-1] for line in path.read_text().split()[1:]]

    # -- the nodes together

    def status(self, index=0):
        status = self.nodes[index].status()
        assert status is not None, f"node{index} does not answer"
        return status

    def agreed(self, nodes=None, seconds=30):
        """Waits until these nodes are at one height with nothing pending; answers (height, state root, items)."""
        nodes = self.nodes if nodes is None else nodes

        def settled():
            seen = [node.status() for node in nodes]
            if None in seen or any(status["pool_transactions"] for status in seen):
                return None
            facts = {(status["height"], status["state_root"], status["items"]) for status in seen}
            by_height = {}
            for status in seen:
                by_height.setdefault(status["height"], set()).add(status["state_root"])
            forks = {height: roots for height, roots in by_height.items() if len(roots) > 1}
            assert not forks, f"nodes disagree: {forks}"
            return facts.pop() if len(facts) == 1 else None

        return wait_until(settled, seconds, lambda: f"nodes agree: {[brief(node.status()) for node in nodes]}")


def brief(status):
    return status and {name: status[name] for name in ("name", "height", "view", "items", "pool_transactions", "synced")}


def free_ports(nodes):
    """The first port of a range in which RPC, peers' and admin ports of so many nodes are free."""
    for first in range(FIRST_PORT, FIRST_PORT + 1000, 50):
        with contextlib.ExitStack() as held:
            try:
                for port in (first + shift + index for shift in (0, -1000, 1000) for index in range(nodes)):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
                return first
            except OSError:
                continue
    raise AssertionError(f"no free ports from {FIRST_PORT}")


class Load:
    """Registers batches of new serials without pause, each sent again until every line of it has its answer.

    `acknowledged` counts items that the command line reported as registered, `accepted_twice` those that it reported as
    newly registered more than once: an acknowledgement that was lost again.
    """

    def __init__(self, net, batch=200, threads=2, choose=None):
        self.net, self.batch, self.gtin = net, batch, net.new_product(quota=10_000_000)
        self.choose = choose or (lambda: net.validators)
        self.lock = threading.Lock()
        self.acknowledged, self.accepted_twice, self.attempts, self.longest = 0, 0, 0, 0.0
        self.registered, self.failures = [], []
        self.in_flight = 0
        self.ending = threading.Event()
        self.give_up = None
        self.threads = [threading.Thread(target=self.run, args=(index,), daemon=True) for index in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.finish()

    def finish(self, seconds=60):
        """No new batches; waits for those under way."""
        self.give_up = time.monotonic() + seconds
        self.ending.set()
        for thread in self.threads:
            thread.join(seconds + 60)
        if any(thread.is_alive() for thread in self.threads):
            self.failures.append("a registration did not come to an end")

    def run(self, index):
        number = 0
        while not self.ending.is_set():
            number += 1
            try:
                self.register_one(f"load-{self.gtin}-{index}-{number}.csv")
            except Exception as error:  # a thread must not end unheard
                self.failures.append(repr(error))
                return

    def register_one(self, name):
        path, uris = self.net.new_serials(self.gtin, self.batch, name)
        accepted, started = 0, time.monotonic()
        while True:
            with self.lock:
                self.attempts += 1
                self.in_flight += 1
            try:
                answer = self.net.cli("register", "--file", str(path), "--lot", "LOAD", org="atelier", nodes=self.choose())
            finally:
                with self.lock:
                    self.in_flight -= 1
            accepted += answer.json.get("accepted", 0)
            if answer.json.get("refused", 0) or answer.json.get("malformed", 0) or answer.status not in (0, 3):
                self.failures.append(str(answer))
                return
            if answer.status == 0 and answer.json["accepted"] + answer.json["already_there"] == self.batch:
                break
            if self.give_up is not None and time.monotonic() > self.give_up:
                self.failures.append(f"not settled in time: {answer}")
                return
        with self.lock:
            self.acknowledged += self.batch
            self.accepted_twice += max(0, accepted - self.batch)
            self.longest = max(self.longest, time.monotonic() - started)
            self.registered += uris
        path.unlink()
