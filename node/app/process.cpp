#include "node/app/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "base/limits.h"

namespace touchstone::node {

void ignore_harmless_signals() {
    for (const int signal : {SIGPIPE, SIGHUP, SIGUSR1, SIGUSR2}) std::signal(signal, SIG_IGN);
}

void forbid_core_files() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    // Where cores go to a program instead of a file, the limit does not hold; this does. The leak checker of the
    // sanitized builds attaches to its own process at the end, which it forbids too.
#ifndef __SANITIZE_ADDRESS__
    ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

std::uint64_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

std::size_t connections_within(std::uint64_t descriptors, std::size_t wanted) {
    constexpr std::size_t kAlways = 16;
    const std::size_t reserve = limits::kPeersMax + limits::kDescriptorsOfFilesMax;
    const std::size_t rest = descriptors > reserve ? static_cast<std::size_t>(descriptors - reserve) : 0;
    return std::max(kAlways, std::min(wanted, rest));
}

}  // namespace touchstone::node
