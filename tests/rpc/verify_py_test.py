#!/usr/bin/env python3
"""docs/examples/verify.py against the table of situations: it must say of the proven records what the node says, and
believe nothing else.

    verify_py_test.py TEST_RPC FOLDER_OF_EXAMPLES

TEST_RPC plays the situations, checks the node and the light client, and writes down what the node answered.
"""
import base64, copy, datetime, json, os, subprocess, sys, tempfile

test_rpc, examples = sys.argv[1:3]
sys.path.insert(0, examples)
import verdict  # noqa: E402


def play():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "situations.json")
        subprocess.run([test_rpc, "what is said in each situation*"], check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, TOUCHSTONE_SITUATIONS=path))
        with open(path, encoding="utf-8") as file:
            return json.load(file)["rows"]


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


rows, faults = play(), []
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
