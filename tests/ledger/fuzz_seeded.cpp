// Runs the fuzz target without a fuzzer: on random bytes that follow from a seed, so that every test run tries others
// and each can be had again.
//   fuzz_execute_seeded [--seed N] [--count N] [--seconds N]
// Run number i has the seed N + i. A run that fails says its own, to be repeated with: --seed THAT --count 1.
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <string_view>

#include "tests/ledger/fuzz_chain.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace touchstone;
using namespace touchstone::ledger::test;

std::uint64_t current_seed = 0;

void tell_seed(int) {
    fmt::print(stderr, "failed; run it again with: --seed {} --count 1\n", current_seed);
    std::_Exit(1);
}

Bytes random_bytes(std::mt19937_64& engine, std::size_t size) {
    Bytes made(size);
    for (auto& byte : made) byte = static_cast<std::uint8_t>(engine());
    return made;
}

// Every eighth: a payload that was good before some of its bytes were changed. The others: a few blocks of choices.
void run_one(std::uint64_t seed) {
    current_seed = seed;
    std::mt19937_64 engine(seed);
    Bytes input = random_bytes(engine, 100 + engine() % 4000);
    input[0] = 0;
    if (seed % 8 == 0) {
        FuzzChain chain;
        ByteChoices choices(input);
        Bytes payload = chain.payload(choices);
        for (std::uint64_t changes = engine() % 4; changes > 0; --changes)
            payload[engine() % payload.size()] = static_cast<std::uint8_t>(engine());
        payload.insert(payload.begin(), 255);
        input = std::move(payload);
    }
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

void tell(std::uint64_t runs, double seconds) {
    const FuzzCounts& counts = fuzz_counts();
    fmt::print("{} runs in {:.1f} s ({:.0f} a second): {} blocks; transactions: {} unread, {} not admitted, {} refused, "
               "{} applied\n",
               runs, seconds, static_cast<double>(runs) / seconds, counts.blocks, counts.unread, counts.unfit,
               counts.refused, counts.applied);
    std::size_t kind = 0;
    ledger::for_each_operation([&](const ledger::OperationInfo& one) {
        if (counts.applied_of[kind++] == 0) fmt::print("never applied: {}\n", one.name);
    });
}

}  // namespace

int main(int count, char** arguments) {
    std::uint64_t seed = (std::uint64_t{std::random_device{}()} << 32) | std::random_device{}();
    std::uint64_t runs_max = UINT64_MAX;
    std::uint64_t seconds_max = 5;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string_view name = arguments[i];
        const std::uint64_t value = std::strtoull(arguments[i + 1], nullptr, 10);
        if (name == "--seed") seed = value;
        if (name == "--count") runs_max = value;
        if (name == "--seconds") seconds_max = value;
    }
    fmt::print("seed {}\n", seed);
    std::fflush(stdout);
    std::signal(SIGABRT, tell_seed);
    std::signal(SIGSEGV, tell_seed);
    const auto start = std::chrono::steady_clock::now();
    const auto since = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
    std::uint64_t runs = 0;
    for (; runs < runs_max && since() < static_cast<double>(seconds_max); ++runs) run_one(seed + runs);
    tell(runs, since());
    return 0;
}
