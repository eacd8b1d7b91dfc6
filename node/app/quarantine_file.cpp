#include "node/app/quarantine_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace touchstone::node {
namespace {

constexpr std::size_t kFileBytes = 4096;
constexpr std::uint32_t kNoteVersion = 1;
constexpr std::uint64_t kEndsUnexplainedMax = 3;
constexpr std::size_t kHandlerStackBytes = 64u << 10;

pid_t this_thread() { return static_cast<pid_t>(::syscall(SYS_gettid)); }

template <std::size_t kSize>
void put(std::array<char, kSize>& to, std::string_view text) {
    const std::size_t size = std::min(text.size(), kSize - 1);
    std::memcpy(to.data(), text.data(), size);
    to[size] = '\0';
}

template <std::size_t kSize>
std::string text_of(const std::array<char, kSize>& from) {
    return std::string(from.data(), ::strnlen(from.data(), kSize));
}

}  // namespace

struct QuarantineFile::Note {
    enum State : std::uint32_t { kIdle = 0, kExecuting = 1, kDied = 2 };
    std::uint32_t version;
    std::atomic<std::uint32_t> state;  // written last when it begins, first when it ends
    std::atomic<pid_t> thread;
    std::uint32_t index;
    std::uint64_t height;
    std::array<std::uint8_t, 32> id;
    std::array<char, limits::kOrgIdBytesMax + 1> organisation;
    std::array<char, 512> operations;
};

namespace {

// Set before the handlers are, and read by them.
std::atomic<void*> note_of_process = nullptr;
// What was there before: a sanitizer's report, or the system's own way.
std::array<struct sigaction, NSIG> handlers_before{};

}  // namespace

// Of the signals that a fault in the program's own code brings. Async-signal-safe: loads, system calls and a store.
void QuarantineFile::on_fault(int signal) {
    auto* const note = static_cast<Note*>(note_of_process.load());
    if (note != nullptr && note->state.load() == Note::kExecuting && note->thread.load() == this_thread())
        note->state.store(Note::kDied);
    ::sigaction(signal, &handlers_before[static_cast<std::size_t>(signal)], nullptr);
    ::raise(signal);
}

void QuarantineFile::install_handlers() {
    struct sigaction action {};
    action.sa_handler = &QuarantineFile::on_fault;
    action.sa_flags = SA_NODEFER | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
        struct sigaction before {};
        ::sigaction(signal, &action, &before);
        // Opened again in one process: what was before is known already.
        if (before.sa_handler != &QuarantineFile::on_fault)
            handlers_before[static_cast<std::size_t>(signal)] = before;
    }
}

void QuarantineFile::prepare_thread() {
    static thread_local std::array<char, kHandlerStackBytes> stack;
    stack_t alternative{};
    alternative.ss_sp = stack.data();
    alternative.ss_size = stack.size();
    ::sigaltstack(&alternative, nullptr);
}

Result<std::unique_ptr<QuarantineFile>> QuarantineFile::open(const Home& home, Describe describe, const Log& log) {
    std::unique_ptr<QuarantineFile> made(new QuarantineFile(std::move(describe)));
    TRY(made->map(home));
    TRY(made->judge(home, log));
    note_of_process.store(made->note_);
    install_handlers();
    prepare_thread();
    return made;
}

QuarantineFile::~QuarantineFile() {
    if (note_ == nullptr) return;
    void* mine = note_;
    note_of_process.compare_exchange_strong(mine, nullptr);
    ::munmap(note_, kFileBytes);
}

Status QuarantineFile::map(const Home& home) {
    static_assert(sizeof(Note) <= kFileBytes && std::atomic<std::uint32_t>::is_always_lock_free);
    const std::string path = home.executing().string();
    const auto failed = [&](const char* what) {
        return Error{"home_io", fmt::format("{}: {}: {}", path, what, std::strerror(errno))};
    };
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return failed("open");
    void* at = MAP_FAILED;
    // The blocks are there before they are written to: a page that finds no room ends the process.
    const int full = ::posix_fallocate(file, 0, kFileBytes);
    if (full == 0) at = ::mmap(nullptr, kFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (full != 0) errno = full;
    if (at == MAP_FAILED) return failed("map");
    note_ = static_cast<Note*>(at);
    return Ok{};
}

// How the last process ended.
Status QuarantineFile::judge(const Home& home, const Log& log) {
    TRY_ASSIGN(QuarantineList list, QuarantineList::read(home));
    const bool known = note_->version == kNoteVersion;
    const std::uint32_t state = known ? note_->state.load() : std::uint32_t{Note::kIdle};
    Hash256 id;
    if (state != Note::kIdle) id.bytes = note_->id;
    bool changed = list.forget_remembered(id);
    if (state != Note::kIdle) {
        QuarantinedTransaction& one = list.entry(id);
        const bool died = state == Note::kDied;
        one.ends_again = one.ends_again || (died && one.held);
        one.held = one.held || died || one.ends + 1 >= kEndsUnexplainedMax;
        ++one.ends;
        one.organisation = text_of(note_->organisation);
        one.operations = text_of(note_->operations);
        one.height = Height(note_->height);
        changed = true;
        if (one.held)
            log(LogLevel::kError,
                fmt::format("this node ended while it executed transaction {} of {} ({}), number {} of a block of "
                            "height {}: it is in quarantine, and neither taken in nor voted for here until "
                            "`touchstone node quarantine release {} --home {}`",
                            id.hex(), one.organisation, one.operations, note_->index, one.height.value, id.hex(),
                            home.root().string()));
    }
    if (changed) TRY(list.write(home));
    // Only now, or a crash in between would forget it.
    note_->state.store(Note::kIdle);
    note_->version = kNoteVersion;
    for (const QuarantinedTransaction& one : list.all()) {
        if (one.ends_again)
            return Error{"block_ends_node",
                         fmt::format("the final block {} contains transaction {} of {} ({}), and executing it ended "
                                     "this node {} times. Every node must execute that block: install a version that mends "
                                     "the fault, then run `touchstone node quarantine release {} --home {}` and start "
                                     "the node again",
                                     one.height.value, one.id.hex(), one.organisation, one.operations, one.ends,
                                     one.id.hex(), home.root().string())};
        if (one.held) held_.insert(one.id);
    }
    return Ok{};
}

void QuarantineFile::on_transaction(const ledger::BlockContext& context, std::uint32_t index,
                                    const ledger::ParsedTransaction& transaction) {
    const ledger::ParsedInfo& facts = ledger::info(transaction);
    note_->state.store(Note::kIdle);
    note_->thread.store(this_thread());
    note_->index = index;
    note_->height = context.height.value;
    note_->id = facts.id.bytes;
    put(note_->organisation, facts.organisation);
    put(note_->operations, describe_(transaction));
    note_->state.store(Note::kExecuting);
}

void QuarantineFile::on_executed(std::size_t transactions) {
    if (transactions != 1) note_->state.store(Note::kIdle);
}

void QuarantineFile::on_settled() { note_->state.store(Note::kIdle); }

}  // namespace touchstone::node
