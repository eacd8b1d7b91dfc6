// What the node does to its own process, each in a child of its own.
#include "node/app/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "base/limits.h"

using namespace touchstone;
using namespace touchstone::node;

namespace {

// The child's exit status; 256 and the signal's number when one ended it.
template <class Action>
int status_of(Action action) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(action());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

// Case N4.
TEST_CASE("a closed pipe, a lost terminal and a stray signal end no node") {
    for (const int signal : {SIGPIPE, SIGHUP, SIGUSR1, SIGUSR2}) {
        REQUIRE(status_of([&] {
                    ignore_harmless_signals();
                    ::raise(signal);
                    return 7;
                }) == 7);
    }
}

#ifndef __SANITIZE_ADDRESS__
TEST_CASE("no core file is written of a process that holds keys") {
    REQUIRE(status_of([] {
                forbid_core_files();
                rlimit limit{};
                ::getrlimit(RLIMIT_CORE, &limit);
                return limit.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE) == 0 ? 7 : 1;
            }) == 7);
}
#endif

// Case N3.
TEST_CASE("descriptors are raised to what the system grants, and clients get what peers and files leave") {
    REQUIRE(status_of([] {
                rlimit limit{};
                ::getrlimit(RLIMIT_NOFILE, &limit);
                limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 128);
                ::setrlimit(RLIMIT_NOFILE, &limit);
                const std::uint64_t raised = raise_descriptor_limit();
                ::getrlimit(RLIMIT_NOFILE, &limit);
                return raised == limit.rlim_max && limit.rlim_cur == limit.rlim_max ? 7 : 1;
            }) == 7);
    REQUIRE(connections_within(1'000'000, 1024) == 1024);
    const std::size_t few = connections_within(1024, 1024);
    REQUIRE(few >= 512);
    REQUIRE(few + limits::kPeersMax + limits::kDescriptorsOfFilesMax <= 1024);
    REQUIRE(connections_within(64, 1024) == 16);
}
