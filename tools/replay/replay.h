// A chain replayed from its genesis on a state of its own: what audit reports, and what export reads from.
//
// Owns a folder for the state, below the one that the caller names, and removes it when destroyed. One thread; the
// checks of single blocks run on all cores meanwhile.
#pragma once

#include <filesystem>
#include <functional>

#include "tools/replay/block_source.h"

namespace touchstone::tools {

struct ReplayOrder {
    Height until;                                                      // 0: the source's last block
    node::Auditor::Observer observer;                                  // may be null
    std::function<Status(const storage::StateReadGuard&)> at_the_end;  // the state after block `until`; may be null
    std::function<void(Height done, Height all)> progress;             // may be null
};

struct ReplayReport {
    Height height;
    Hash256 block_hash;
    Hash256 state_root;
    node::AuditCounts counts;
    double seconds = 0;
};

class Replay {
  public:
    // `work`: the folder in which the state's own is made; empty: the system's temporary folder. Errors: file_io,
    // those of storage.
    static Result<std::unique_ptr<Replay>> open(const ledger::Genesis& genesis, const std::filesystem::path& work);
    ~Replay();
    Replay(const Replay&) = delete;
    Replay& operator=(const Replay&) = delete;

    const node::AuditTarget& target() const { return target_; }
    // Once. Goes on above `until` as far as the next certificate, since without one nothing is proven. The faults of
    // `observer` and `at_the_end` are the auditor's.
    node::Audited<ReplayReport> run(BlockSource& source, const ReplayOrder& order);
    // How far it came, also after a fault.
    ReplayReport report() const;

  private:
    Replay(const ledger::Genesis& genesis, std::filesystem::path folder);
    Status open_state();
    node::Audited<Ok> replay(BlockSource& source, const ReplayOrder& order);
    node::Audited<Ok> at_the_end(const ReplayOrder& order);

    node::AuditTarget target_;
    std::filesystem::path folder_;
    std::unique_ptr<storage::Disk> disk_;
    std::unique_ptr<storage::KeyValueStore> store_;
    std::unique_ptr<storage::StateTree> state_;
    std::unique_ptr<node::Auditor> auditor_;
    double seconds_ = 0;
};

// The genesis to check against: of the file that the reader trusts, or, when he names none, of the node's own folder.
// Errors: no_trust, file_unreadable, genesis_malformed, genesis_invalid.
Result<ledger::Genesis> genesis_to_audit(const std::string& trust, const std::string& home);

}  // namespace touchstone::tools
