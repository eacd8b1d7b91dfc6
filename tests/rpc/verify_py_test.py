#!/usr/bin/env python3
"""docs/examples/verify.py against the table of situations: it must say of the proven records what the node says, and
believe nothing else.

    verify_py_test.py TEST_RPC FOLDER_OF_EXAMPLES

TEST_RPC plays the situations, checks the node and the light client, and writes down what the node answered.
"""
import base64, contextlib, copy, datetime, http.server, json, os, subprocess, sys, tempfile, threading

test_rpc, examples = sys.argv[1:3]
sys.path.insert(0, examples)
import verdict  # noqa: E402


def play():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "situations.json")
        subprocess.run([test_rpc, "what is said in each situation*"], check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, TOUCHSTONE_SITUATIONS=path))
        with open(path, encoding="utf-8") as file:
            return json.load(file)


def judged(row, result):
    proven = {bytes.fromhex(p["key"]): None if p["record"] is None else base64.b64decode(p["record"])
              for p in result["proof"]}
    asked = dict(row["asked"])
    if "expiry" in asked:
        asked["expiry_day"] = (datetime.date.fromisoformat(asked["expiry"]) - datetime.date(1970, 1, 1)).days
    gtin = asked["gtin"]
    found = verdict.gather(proven, gtin, verdict.commitment(gtin, asked["serial"]), asked)
    block_ms = int.from_bytes(base64.b64decode(result["header"])[90:98], "big")
    return verdict.judge(found, asked, block_ms, row["now_ms"])


def is_refused(row, result):
    try:
        judged(row, result)
    except verdict.Unproven:
        return True
    return False


def program(genesis, answer, asked):
    """What verify.py says as a program: its exit status and its words."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("genesis.json", "answer.json")]
        for path, content in zip(paths, (genesis, json.dumps(answer))):
            with open(path, "w", encoding="utf-8") as file:
                file.write(content)
        words = [f"{name}={asked[name]}" for name in ("purpose", "lot", "country", "seller") if name in asked]
        done = subprocess.run([sys.executable, "-B", os.path.join(examples, "verify.py"), *paths, asked["gtin"],
                               asked["serial"], *words], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


@contextlib.contextmanager
def node(answers):
    """Answers each method with the whole HTTP answer that stands for it, in bytes; else that there are no more epochs."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.wfile.write(answers.get(request["method"], said({"result": {"epochs": []}})))

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def said(answer):
    return b"HTTP/1.1 200 OK\r\n\r\n" + (answer if isinstance(answer, bytes) else json.dumps(answer).encode())


def asks(verify, history, *words):
    """What verify.py says of a node that answers so."""
    with node({"item_verify": verify, "item_history": history}) as url:
        done = subprocess.run([sys.executable, "-B", os.path.join(examples, "verify.py"),
                               os.path.join(examples, "genesis.json"), url, "09506000134352", "7KQ2M9XTRB4H", *words],
                              capture_output=True)
    return done.returncode, (done.stdout + done.stderr).decode()


def check_asking():
    """The files of docs/verify.md again, as a node answers them, honest and not."""
    honest = {}
    for name in ("verify", "history", "absent"):
        with open(os.path.join(examples, name + ".json"), encoding="utf-8") as file:
            honest[name] = json.load(file)
    verify, history, absent = (said(honest[name]) for name in ("verify", "history", "absent"))
    status, words = asks(verify, history)
    if status or words.count("\nPROVEN") != 1 or "CAUTION" not in words or "complete" not in words:
        yield f"an honest node: {words}"
    deep = b'{"result":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    lies = {"a history for a verdict": (history, history), "a verdict for a history": (verify, verify),
            "the history of an older state": (verify, absent), "the verdict of an older state": (absent, history),
            "deep nesting": (said(deep), history), "a list": (said([]), history), "nothing": (b"", history),
            "a long answer": (said(b'{"a":"' + b"x" * 9_000_000), history), "a text": (said({"result": "x"}), history),
            "a foreign error": (verify, b"HTTP/1.1 500 \x1b[2J\nPROVEN\r\n\r\n"), "no HTTP": (b"\x1b[2J\r\n\r\n", history)}
    for name, answers in lies.items():
        status, words = asks(*answers)
        if status != 1 or "UNPROVEN: " not in words or "\x1b" in words or "Traceback" in words or "\nPROVEN" in words:
            yield f"{name}: {status} {words!r}"
    if "too old" not in asks(verify, history, "max_age=3600")[1]:
        yield "an old answer is not refused"


def flipped(answer, at):
    """One bit of a proven record, of the header or of the certificate is another."""
    forged = copy.deepcopy(answer)
    holder, name = (forged["result"], at) if isinstance(at, str) else (forged["result"]["proof"][at], "record")
    if holder[name] is None:
        return None
    data = bytearray(base64.b64decode(holder[name]))
    data[len(data) // 2] ^= 1
    holder[name] = base64.b64encode(data).decode()
    return forged


def check_program(played):
    genesis, sold = played["genesis"], {"gtin": "09506000134352", "serial": "7KQ2M9XTRB4H"}
    status, said = program(genesis, played["history"], sold)
    if status or not said.endswith("PROVEN\n") or said.count(": sold by shop") != 1:
        yield f"history: {said}"
    forged = copy.deepcopy(played["history"])
    del forged["result"]["events"][1]
    if program(genesis, forged, sold)[0] == 0:
        yield "a history that lacks an event is believed"
    for name in ("verify", "history", "absent"):  # the files of docs/verify.md
        with open(os.path.join(examples, "genesis.json"), encoding="utf-8") as file:
            own = file.read()
        with open(os.path.join(examples, name + ".json"), encoding="utf-8") as file:
            status, said = program(own, json.load(file), sold)
        if status or not said.endswith("PROVEN\n"):
            yield f"{name}.json: {said}"
    for row in played["rows"][::15]:
        status, said = program(genesis, row["answer"], row["asked"])
        if status or not said.endswith("PROVEN\n"):
            yield f"{row['text']}: {said}"
        for at in ["header", "certificate", *range(len(row["answer"]["result"]["proof"]))]:
            lie = flipped(row["answer"], at)
            if lie and program(genesis, lie, row["asked"])[0] == 0:
                yield f"{row['text']}: believes another {at}"


played = play()
rows, faults = played["rows"], [*check_program(played), *check_asking()]
for row in rows:
    result = row["answer"]["result"]
    expected = (row["verdict"], row["reasons"].split(), row["action"])
    if judged(row, result) != expected:
        faults.append(f"{row['text']}: {judged(row, result)}, expected {expected}")
    # False words beside the bytes change nothing; a record that is left out is missed.
    lying = copy.deepcopy(result)
    lying.update(verdict="genuine", reasons=[], item=None, product=None)
    if judged(row, lying) != expected:
        faults.append(f"{row['text']}: believed what is not proven")
    for left_out in range(len(result["proof"])):
        lacking = copy.deepcopy(result)
        del lacking["proof"][left_out]
        if not is_refused(row, lacking):
            faults.append(f"{row['text']}: did not miss the {result['proof'][left_out]['kind']}")
print("\n".join(faults) or f"{len(rows)} situations")
sys.exit(bool(faults) or len(rows) < 90)
