#!/usr/bin/env python3
"""Feeds tools/lint.py small trees with one fault each, and expects that fault by name, file and line, and no other."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest

LINT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "lint.py")
sys.path.insert(0, os.path.dirname(LINT))
import lint  # noqa: E402
SPEC = "consensus/SPEC.md"
UNFINISHED = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]


def run(files):
    """Exit status and output lines of the lint on a tree of {path: text}."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            status = lint.main([root])
        return status, printed.getvalue().splitlines()


def header(body=""):
    return "#pragma once\n" + body


class LintTest(unittest.TestCase):
    def faults(self, files):
        status, lines = run(files)
        found = [line for line in lines if "] " in line]
        self.assertEqual(status, 1 if found else 0)
        for line in found:
            self.assertIn("Remedy: ", line)
        return [line.split("] ")[0] + "]" for line in found]

    def expect(self, files, *expected):
        self.assertEqual(self.faults(files), list(expected))

    def test_a_clean_tree_passes(self):
        self.expect({
            "base/a.h": header("#include <vector>\n"),
            "crypto/b.h": header('#include "base/a.h"\n'),
            "crypto/b.cpp": '#include "crypto/b.h"\n#include <openssl/evp.h>\n#include <sodium.h>\n#include "base/a.h"\n',
            "ledger/c.h": header('#include "crypto/b.h"\n#include "ledger/schema/transaction.pb.h"\n'),
            "consensus/d.h": header('#include "crypto/b.h"\n'),
            "storage/e.cpp": '#include <leveldb/db.h>\n#include "base/a.h"\n',
            "storage/disk_posix.cpp": "int f() { return ::clock_gettime(0, nullptr); }\n",
            "rpc/f.cpp": '#include <boost/beast.hpp>\n#include <nlohmann/json.hpp>\n#include <openssl/ssl.h>\n#include "ledger/d.h"\n',
            "node/g.h": header('#include "consensus/d.h"\n#include "storage/e.h"\n#include "ledger/c.h"\n'),
            "node/replica/h.cpp": '#include "node/g.h"\n#include "node/node.pb.h"\n',
            "node/asio/i.cpp": '#include <boost/asio/post.hpp>\n#include <openssl/ssl.h>\n#include "node/replica/h.h"\n',
            "node/app/j.cpp": '#include "rpc/f.h"\n#include "node/asio/i.h"\n#include <nlohmann/json.hpp>\n',
            "tools/k.cpp": '#include "node/app/j.h"\n#include <boost/asio.hpp>\nint time_of = std::chrono::system_clock::now();\n',
            "tests/x/l.cpp": '#include "tools/k.h"\n#include <leveldb/db.h>\n#include <sodium.h>\nauto t = steady_clock::now();\n',
        })

    def test_every_forbidden_direction_between_rooms(self):
        folders = {"base": "base", "crypto": "crypto", "ledger": "ledger", "consensus": "consensus", "storage": "storage",
                   "rpc": "rpc", "node": "node", "replica": "node/replica", "asio": "node/asio", "app": "node/app",
                   "tools": "tools", "tests": "tests"}
        node = "crypto base ledger consensus storage node replica"
        allowed = {"base": "", "crypto": "base", "ledger": "base crypto", "consensus": "base crypto",
                   "storage": "base crypto", "rpc": "base crypto ledger", "node": node, "replica": node, "asio": node,
                   "app": node + " rpc asio", "tools": node + " rpc asio app", "tests": node + " rpc asio app tools"}
        for here, folder in folders.items():
            for there, other in folders.items():
                fine = here == there or there in allowed[here].split()
                with self.subTest(here=here, there=there):
                    self.expect({f"{folder}/a.cpp": f'\n#include "{other}/b.h"\n'},
                                *[] if fine else [f"{folder}/a.cpp:2: [rooms]"])

    def test_angle_brackets_do_not_hide_a_room(self):
        self.expect({"ledger/a.cpp": "#include <storage/b.h>\n"}, "ledger/a.cpp:1: [rooms]")

    def test_sources_outside_of_the_house(self):
        self.expect({"utils/a.cpp": "\n"}, "utils/a.cpp:1: [rooms]")
        self.expect({"node/misc/a.cpp": "\n"}, "node/misc/a.cpp:1: [rooms]")
        self.expect({"a.cpp": "\n"}, "a.cpp:1: [rooms]")
        self.expect({"build/x/a.cpp": "\n", ".hidden/a.cpp": "\n"})

    def test_cycles(self):
        self.expect({"base/a.h": header('#include "base/b.h"\n'), "base/b.h": header('#include "base/c.h"\n'),
                     "base/c.h": header('\n#include "base/a.h"\n'), "base/d.h": header('#include "base/a.h"\n')},
                    "base/c.h:3: [cycle]")
        self.expect({"base/a.h": header('#include "base/a.h"\n')}, "base/a.h:2: [cycle]")
        diamond = {"base/a.h": header('#include "base/b.h"\n#include "base/c.h"\n'), "base/b.h": header('#include "base/d.h"\n'),
                   "base/c.h": header('#include "base/d.h"\n'), "base/d.h": header()}
        self.expect(diamond)
        _, lines = run({"base/a.h": header('#include "base/b.h"\n'), "base/b.h": header('#include "base/a.h"\n')})
        self.assertIn("base/a.h -> base/b.h -> base/a.h", lines[1])

    def test_third_parties_stay_in_their_rooms(self):
        places = ["base/a.cpp", "crypto/a.cpp", "crypto/a.h", "ledger/a.cpp", "consensus/a.cpp", "storage/a.cpp",
                  "storage/a.h", "rpc/a.cpp", "node/a.cpp", "node/replica/a.cpp", "node/asio/a.cpp", "node/app/a.cpp",
                  "tools/a.cpp", "tests/t/a.cpp"]
        network = {"node/asio/a.cpp", "rpc/a.cpp", "tools/a.cpp"}
        node = {"node/a.cpp", "node/replica/a.cpp", "node/asio/a.cpp", "node/app/a.cpp"}
        homes = {
            "boost/asio/post.hpp": network | {"node/app/a.cpp"}, "boost/beast.hpp": network | {"node/app/a.cpp"},
            "leveldb/db.h": {"storage/a.cpp"}, "sodium.h": {"crypto/a.cpp"}, "sodium/core.h": {"crypto/a.cpp"},
            "openssl/evp.h": network | {"crypto/a.cpp"},
            "nlohmann/json.hpp": {"rpc/a.cpp", "tools/a.cpp", "node/app/a.cpp"},
            "google/protobuf/message.h": node | {"ledger/a.cpp"},
            "boost/container/small_vector.hpp": set(places),
        }
        for include, homes_of_it in homes.items():
            for place in places:
                with self.subTest(include=include, place=place):
                    fine = place in homes_of_it or place.startswith("tests/")
                    text = f"#pragma once\n#include <{include}>\n"
                    self.expect({place: text}, *[] if fine else [f"{place}:2: [third-party]"])
        self.expect({"rpc/a.cpp": '#include "ledger/schema/transaction.pb.h"\n'}, "rpc/a.cpp:1: [third-party]")

    def test_third_parties_do_not_leak_through_headers(self):
        self.expect({"ledger/schema/pb.h": header('#include "ledger/schema/transaction.pb.h"\n'), "ledger/x.h": header('#include "ledger/schema/pb.h"\n'),
                     "rpc/a.h": header('#include "ledger/x.h"\n'), "rpc/b.h": header('#include "rpc/a.h"\n'),
                     "node/a.h": header('#include "ledger/x.h"\n')}, "rpc/a.h:2: [third-party]")

    def test_banned_calls(self):
        pure = ["ledger/a.cpp", "consensus/a.h", "storage/a.cpp", "node/a.cpp", "node/replica/a.cpp"]
        free = ["base/a.cpp", "crypto/a.cpp", "rpc/a.cpp", "node/asio/a.cpp", "node/app/a.cpp", "tools/a.cpp"]
        for call in ["std::chrono::system_clock::now()", "steady_clock::now()", "std::chrono::high_resolution_clock::now()",
                     "time(nullptr)", "std::time(now)", "::time(0)", "time(&now)", "gettimeofday(&t, 0)",
                     "clock_gettime(CLOCK_REALTIME, &t)", "sleep(1)", "::usleep(5)", "std::rand()", "rand()", "srand(1)",
                     "std::random_device{}()", "std::this_thread::sleep_for(d)", "std::this_thread::sleep_until(d)",
                     "crypto::random_bytes(b)", "random_below(4)"]:
            text = header(f"\nauto x = {call};\n")
            for place in pure:
                with self.subTest(call=call, place=place):
                    self.expect({place: text}, f"{place}:3: [banned]")
            for place in free:
                with self.subTest(call=call, place=place):
                    self.expect({place: text})
        for call in ["header.time()", "block->time(0)", "WallTime time() const", "// sleep(1) here", "/* time(0) */",
                     '"rand()"', "operand(1)", "timer.sleep(1)", "run_time(0)", "50'000 + rand_", "R\"(rand())\""]:
            with self.subTest(call=call):
                self.expect({"ledger/a.cpp": f"auto x = {call};\n"})
        self.expect({"storage/disk_posix.cpp": "auto x = clock_gettime(0, &t);\n"})

    def test_tests_do_not_sleep(self):
        for call in ["std::this_thread::sleep_for(d)", "std::this_thread::sleep_until(d)", "usleep(5)"]:
            self.expect({"tests/t/a.cpp": f"auto x = {call};\n"}, "tests/t/a.cpp:1: [banned]")
        self.expect({"tests/t/a.cpp": "auto x = std::random_device{}();\n"})

    def test_headers(self):
        self.expect({"base/a.h": "// #pragma once\n"}, "base/a.h:1: [pragma-once]")
        self.expect({"base/a.h": header("\nusing  namespace std;\n")}, "base/a.h:3: [using-namespace]")
        self.expect({"base/a.h": header("// using namespace std\n")})
        self.expect({"tests/t/a.cpp": "using namespace touchstone;\n"})

    def test_own_header_first(self):
        first = {"base/a.h": header(), "base/b.h": header()}
        self.expect({**first, "base/a.cpp": '// what\n\n#include "base/b.h"\n#include "base/a.h"\n'}, "base/a.cpp:3: [own-header]")
        self.expect({**first, "base/a.cpp": "int a;\n"}, "base/a.cpp:1: [own-header]")
        self.expect({**first, "base/a.cpp": '// what\n#include "base/a.h"\n#include "base/b.h"\n'})
        self.expect({**first, "base/main.cpp": '#include "base/b.h"\n'})

    def test_unfinished_work(self):
        for word in UNFINISHED:
            for path in ["base/a.cpp", "ledger/a.proto", "tools/a.py", "docs/a.md", "rpc/web/a.js", "base/CMakeLists.txt"]:
                with self.subTest(word=word, path=path):
                    self.expect({path: f"\n# or // {word}: later\n"}, f"{path}:2: [unfinished]")
        self.expect({"base/a.cpp": "// " + "X" * 6 + " and " + UNFINISHED[0] + "S\n"})

    def test_length(self):
        self.expect({"base/a.cpp": "\n" * 600, "base/b.h": header("\n" * 599)})
        self.expect({"base/b.h": header("\n" * 600)}, "base/b.h:601: [length]")
        self.expect({"base/b.cpp": "\n" * 601}, "base/b.cpp:601: [length]")

    def test_rules_of_the_specification(self):
        spec = "# Simplex\n**R1** is one.\n- **I2** is two.\n### R3: three\n| **R4** | four |\nSee R9 and **bold R8**.\n"
        both = "// R1 I2 R3 R4\n"
        self.expect({SPEC: spec, "consensus/a.cpp": both, "tests/t/a.cpp": both})
        self.expect({SPEC: spec, "consensus/a.h": header("// R1 I2 R4\n"), "tests/t/a.cpp": both}, f"{SPEC}:4: [spec]")
        self.expect({SPEC: spec, "consensus/a.cpp": both, "tests/t/a.cpp": "// R1, R3, R4, I22\n"}, f"{SPEC}:3: [spec]")
        self.expect({SPEC: spec, "ledger/a.cpp": both, "tests/t/a.cpp": both}, *[f"{SPEC}:{n}: [spec]" for n in (2, 3, 4, 5)])
        self.expect({SPEC: spec + "**R1** again\n", "consensus/a.cpp": both, "tests/t/a.cpp": both}, f"{SPEC}:7: [spec]")
        self.expect({SPEC: "nothing\n"}, f"{SPEC}:1: [spec]")

    def test_notes_and_messages(self):
        status, lines = run({"base/a.h": header()})
        self.assertEqual(status, 0)
        self.assertIn(f"note: {SPEC} is absent; rule numbers were not checked", lines)
        _, lines = run({"ledger/a.cpp": '#include "storage/b.h"\n'})
        self.assertTrue(any(line.startswith("ledger/a.cpp:1: [rooms] ledger may not include storage/b.h") for line in lines))

    def test_the_command_itself(self):
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(os.path.join(root, "base"))
            for text, status in (("#pragma once\n", 0), ("", 1)):
                with open(os.path.join(root, "base", "a.h"), "w", encoding="utf-8") as file:
                    file.write(text)
                done = subprocess.run([sys.executable, "-B", LINT, root], capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (status, ""))
        self.assertEqual(subprocess.run([sys.executable, "-B", LINT, "--nonsense"], capture_output=True, check=False).returncode, 2)


if __name__ == "__main__":
    unittest.main()
