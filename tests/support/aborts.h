// Tells whether an action ends its process by abort(), as a broken invariant does.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace touchstone::test {

// Runs the action in a child process, whose standard error is dropped. No other thread may run at that time.
template <class Action>
bool aborts(Action action) {
    const pid_t child = ::fork();
    if (child == 0) {
        // The test framework's handler would report the abort as a failed test.
        std::signal(SIGABRT, SIG_DFL);
        const int null = ::open("/dev/null", O_WRONLY);
        ::dup2(null, STDERR_FILENO);
        action();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace touchstone::test
