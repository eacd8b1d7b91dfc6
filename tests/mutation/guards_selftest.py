#!/usr/bin/env python3
"""Rewrites a small program with guards.py, compiles it, and deletes each guard: what it prints must change as named."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import guards  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
COMPILER = os.environ.get("CXX", "c++")
PROGRAM = """\
#include <cstdio>
#include <optional>
#define TRY(expression) do { if (!(expression)) return -1; } while (false)
#define LONG if (false) \\
    return;
// if (in_a_comment || other) and "a string"
static const char* kText = "if (a || b) return c && d;";
constexpr int digit(char c) { if (c < '0' || c > '9') return -1; return c - '0'; }
static_assert(digit('7') == 7);
struct Box { int held; };
std::optional<int> odd(int n) { return n % 2 ? std::optional<int>(n) : std::nullopt; }
bool both(bool a, bool b) { return a && b; }
int run(int n) {
    if (n < 0 || (n > 100 && n != 200)) return 1;
    if (const auto refused = odd(n)) return 2;
    Box box{n};
    if (Box* const at = &box; at->held == 4) return 3;
    if constexpr (sizeof(int) == 1) return 9;
    TRY(n != 6);
    return kText[0] == 'i' ? 0 : 4;
}
int main() {
    for (int n : {-2, 0, 1, 4, 6, 102, 200}) std::printf("%d ", run(n));
    std::printf("%d %d %d", both(true, false), both(false, true), digit('x'));
}
"""
PRINTED = "1 0 2 3 -1 1 0 0 0 -1"


class GuardsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.found = guards.find(PROGRAM)
        cls.folder = tempfile.TemporaryDirectory()
        source, cls.program = pathlib.Path(cls.folder.name) / "program.cpp", pathlib.Path(cls.folder.name) / "program"
        source.write_text(guards.rewrite(PROGRAM, cls.found, 0, "mutation.h"))
        subprocess.run([COMPILER, "-std=c++20", "-I", HERE, "-o", cls.program, source], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def printed(self, **environment):
        return subprocess.run([self.program], env={**os.environ, **environment}, capture_output=True, text=True, check=True).stdout

    def test_finds_what_decides_and_nothing_in_comments_strings_and_macros(self):
        self.assertEqual([(g.kind, g.declared, g.text) for g in self.found], [
            ("or", "", "c < '0'"), ("or", "", "c > '9'"),
            ("or", "", "n % 2"), ("and", "", "n % 2"),
            ("and", "", "a"), ("and", "", "b"),
            ("or", "", "n < 0"), ("or", "", "(n > 100 && n != 200)"), ("and", "", "n > 100"), ("and", "", "n != 200"),
            ("or", "refused", "const auto refused = odd(n)"),
            ("or", "", "at->held == 4"),
            ("try", "", "TRY(n != 6);"),
            ("or", "", "kText[0] == 'i'"), ("and", "", "kText[0] == 'i'"),
        ])
        self.assertEqual(self.found[6].line, 14)

    def test_changes_nothing_while_no_guard_is_deleted(self):
        self.assertEqual(self.printed(), PRINTED)

    def test_deletes_the_guard_that_is_named_and_no_other(self):
        expected = {
            "c < '0'": PRINTED, "c > '9'": "1 0 2 3 -1 1 0 0 0 72",
            "n < 0": "0 0 2 3 -1 1 0 0 0 -1", "(n > 100 && n != 200)": "1 0 2 3 -1 0 0 0 0 -1",
            "n > 100": "1 1 1 1 1 1 0 0 0 -1", "n != 200": "1 0 2 3 -1 1 1 0 0 -1",
            "const auto refused = odd(n)": "1 0 0 3 -1 1 0 0 0 -1", "at->held == 4": "1 0 2 0 -1 1 0 0 0 -1",
            "TRY(n != 6);": "1 0 2 3 0 1 0 0 0 -1", "a": "1 0 2 3 -1 1 0 0 1 -1", "b": "1 0 2 3 -1 1 0 1 0 -1",
        }
        for number, guard in enumerate(self.found):
            if guard.text in expected:
                self.assertEqual(self.printed(TOUCHSTONE_MUTANT=str(number)), expected[guard.text], guard)

    def test_says_which_guards_a_run_exercised(self):
        seen = pathlib.Path(self.folder.name) / "seen"
        self.printed(TOUCHSTONE_GUARDS_SEEN=str(seen))
        texts = [self.found[int(line)].text for line in seen.read_text().split()]
        self.assertIn("c > '9'", texts)
        self.assertNotIn("c < '0'", texts, "no character below '0' was given")


if __name__ == "__main__":
    unittest.main()
