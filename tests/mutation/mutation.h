// What tests/mutation/guards.py puts around each guard of a mutated tree; no source of the project itself includes it.
//
// TOUCHSTONE_MUTANT=N deletes guard N in this process. TOUCHSTONE_GUARDS_SEEN=FILE appends `N held` or `N fired` for each
// guard that was evaluated with a value that deleting it would change, when the process ends.
// Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

namespace mutation {

inline constexpr int kGuardsMax = 20'000;

struct Run {
    int deleted = -1;
    const char* seen_file = nullptr;
    std::array<std::atomic<bool>, kGuardsMax> seen{};

    Run() {
        if (const char* number = std::getenv("TOUCHSTONE_MUTANT")) deleted = std::atoi(number);
        seen_file = std::getenv("TOUCHSTONE_GUARDS_SEEN");
    }
    ~Run() {
        if (seen_file == nullptr) return;
        std::FILE* file = std::fopen(seen_file, "a");
        if (file == nullptr) return;
        for (int i = 0; i < kGuardsMax; ++i)
            if (seen[static_cast<std::size_t>(i)]) std::fprintf(file, "%d\n", i);
        std::fclose(file);
    }
};

inline Run& run() {
    static Run one;
    return one;
}

inline bool deleted(int number, bool matters = true) {
    Run& one = run();
    if (matters && one.seen_file != nullptr) one.seen[static_cast<std::size_t>(number)].store(true, std::memory_order_relaxed);
    return matters && one.deleted == number;
}

// An operand of `||`: deleted, it never holds.
constexpr bool operand_of_or(int number, bool value) {
    if (std::is_constant_evaluated()) return value;
    return deleted(number, value) ? false : value;
}

// An operand of `&&`: deleted, it always holds.
constexpr bool operand_of_and(int number, bool value) {
    if (std::is_constant_evaluated()) return value;
    return deleted(number, !value) ? true : value;
}

}  // namespace mutation
