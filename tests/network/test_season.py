#!/usr/bin/env python3
"""tools/demo plays a small season, which checks itself; here: that it ends well, what it tells, and what it refuses.

    tests/network/test_season.py [-v]      TOUCHSTONE_BINARY, TOUCHSTONE_TEST_PORT
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import harness

DEMO = harness.PROJECT / "tools/demo"
ITEMS = 2000


# A program that grants twice the quota that the brand asked for.
GENEROUS = """#!{python}
import os, sys
arguments = sys.argv[1:]
for place in range(1, len(arguments)):
    if arguments[place - 1] == "--quota":
        arguments[place] = str(2 * int(arguments[place]))
os.execv("{binary}", ["{binary}", *arguments])
"""


def demo(*arguments, binary=harness.BINARY):
    environment = os.environ | {"TOUCHSTONE_BINARY": str(binary)}
    return subprocess.run([sys.executable, "-B", str(DEMO), "--items", str(ITEMS), *arguments], env=environment, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=1800, check=False)


class SeasonCases(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="touchstone-season-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def test_a_season_ends_as_its_script_expects_and_its_audit_holds(self):
        port = harness.free_ports(5)
        played = demo("--dir", str(self.folder / "season"), "--port", str(port))
        self.assertEqual(played.returncode, 0, played.stdout + played.stderr)
        told = json.loads((self.folder / "season/summary.json").read_text())
        rows = {row["label"].strip(): row["value"] for row in told["rows"]}
        self.assertEqual(rows["items registered"], ITEMS)
        under_load = rows["items registered while it joined"], rows["items registered while they changed"]
        self.assertGreater(min(under_load), 0)
        items = ITEMS + sum(under_load) + 1  # of three that were ordered later two are voided
        self.assertEqual(told["audit"]["checked"]["items"], items)
        self.assertEqual(sum(rows[what] for what in ("sold", "in sealed pallets", "singly, for sale and elsewhere",
                                                     "destroyed")), items)
        self.assertEqual((rows["complaints filed"], rows["corrections"]), (30, 5))
        self.assertEqual({one["verdict"] for one in told["verdicts"]}, {"GENUINE", "CAUTION", "UNKNOWN"})
        text = (self.folder / "season/summary.txt").read_text()
        self.assertIn(text, played.stdout)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertEqual([path for path in self.folder.glob("season/net/node*/pid") if self.runs(path)], [])

    def runs(self, pid_file):
        command = pathlib.Path(f"/proc/{int(pid_file.read_text())}/cmdline")
        return command.exists() and str(pid_file.parent).encode() in command.read_bytes()

    def test_what_is_not_as_the_script_expects_ends_it(self):
        binary = self.folder / "generous"
        binary.write_text(GENEROUS.format(python=sys.executable, binary=harness.BINARY))
        binary.chmod(0o755)
        played = demo("--dir", str(self.folder / "season"), "--port", str(harness.free_ports(5)), binary=binary)
        self.assertEqual(played.returncode, 1, played.stdout)
        self.assertIn("NOT AS EXPECTED: exit status of register", played.stderr)
        self.assertEqual([path for path in self.folder.glob("season/net/node*/pid") if self.runs(path)], [])

    def test_a_folder_that_is_somebody_elses_is_left_alone(self):
        (self.folder / "thesis.txt").write_text("three years of work")
        refused = demo("--dir", str(self.folder))
        self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertIn("--dir", refused.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["thesis.txt"])

    def test_ports_that_are_taken_are_named(self):
        port = harness.free_ports(5)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", port + 1002))
            taken.listen()
            refused = demo("--dir", str(self.folder / "season"), "--port", str(port))
        self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertIn(str(port), refused.stderr)
        self.assertFalse((self.folder / "season/net").exists())


if __name__ == "__main__":
    unittest.main()
