// The quarantine (node/quarantine.h) of a process that can die.
//
// What is being executed stands in the file `executing` of the home: mapped into memory, so that telling it costs a
// copy of some bytes and no system call. The kernel keeps the page when the process dies, however it dies; nothing is
// synced, since a machine that loses power did not lose it by a transaction. A handler of the signals by which a fault
// ends a process (SIGABRT, SIGSEGV, …) marks the page, when it was the executing thread that got it. Then:
//
//   marked      the transaction ended the process: it is held from the next start on
//   not marked  killed from outside, out of memory, or no power: remembered, and held when it is there for the third
//               start in a row
//   marked, and it was held before: it stands in a final block, which must be executed. The node does not start until
//               an operator has released it, after an upgrade that mends the fault.
//
// The making of a block's effects into changes of the state counts as execution where the block has one transaction:
// of several, none could be named.
//
// Layout of `executing` (little-endian, this machine's alone): struct Note in the source.
//
// Core thread only, but for open() and the destructor. One object at a time in a process: the handlers are the process'.
#pragma once

#include <functional>
#include <memory>
#include <unordered_set>

#include "node/app/quarantine_list.h"
#include "node/log_level.h"
#include "node/quarantine.h"

namespace touchstone::node {

class QuarantineFile final : public Quarantine {
  public:
    using Log = std::function<void(LogLevel, const std::string&)>;
    // Names of the operations, for people; called for each transaction that is executed, so it shall be quick.
    using Describe = std::function<std::string(const ledger::ParsedTransaction&)>;

    // Judges how the last process ended. Errors: block_ends_node (names the block, the transaction and what to do),
    // and those of the files.
    static Result<std::unique_ptr<QuarantineFile>> open(const Home& home, Describe describe, const Log& log);
    ~QuarantineFile() override;

    // A thread that runs out of stack needs another one for the handler. Once by each thread that executes.
    static void prepare_thread();

    bool holds(const Hash256& id) const override { return held_.contains(id); }
    bool empty() const override { return held_.empty(); }
    void on_transaction(const ledger::BlockContext& context, std::uint32_t index,
                        const ledger::ParsedTransaction& transaction) override;
    void on_executed(std::size_t transactions) override;
    void on_settled() override;

  private:
    struct Note;
    explicit QuarantineFile(Describe describe) : describe_(std::move(describe)) {}
    [[nodiscard]] Status map(const Home& home);
    [[nodiscard]] Status judge(const Home& home, const Log& log);

    static void on_fault(int signal);
    static void install_handlers();

    Describe describe_;
    Note* note_ = nullptr;
    std::unordered_set<Hash256> held_;
};

}  // namespace touchstone::node
