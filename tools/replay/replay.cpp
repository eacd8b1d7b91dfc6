#include "tools/replay/replay.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "node/app/genesis_json.h"
#include "node/app/home.h"
#include "tools/replay/block_checks.h"
#include "tools/client/client_options.h"

namespace touchstone::tools {

using node::Audited;
using node::AuditFault;

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Replay::Replay(const ledger::Genesis& genesis, std::filesystem::path folder)
    : target_(genesis), folder_(std::move(folder)) {}

Replay::~Replay() {
    auditor_.reset();
    state_.reset();
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

Result<std::unique_ptr<Replay>> Replay::open(const ledger::Genesis& genesis, const std::filesystem::path& work) {
    TRY(genesis.check());
    std::error_code failed;
    const std::filesystem::path above = work.empty() ? std::filesystem::temp_directory_path(failed) : work;
    std::string name = (above / "touchstone-audit-XXXXXX").string();
    if (failed || ::mkdtemp(name.data()) == nullptr)
        return Error{"file_io", fmt::format("no folder can be made in {}: {}; name another one with --work",
                                            above.string(), failed ? failed.message() : std::strerror(errno))};
    std::unique_ptr<Replay> replay(new Replay(genesis, name));
    TRY(replay->open_state());
    return replay;
}

Status Replay::open_state() {
    TRY_ASSIGN(disk_, storage::open_posix_disk(folder_.string()));
    storage::LevelDbOptions options;
    options.sync_writes = false;
    TRY_ASSIGN(store_, storage::open_leveldb((folder_ / "leveldb").string(), options));
    // The state is never opened again: no checkpoint of it is worth writing.
    storage::StateTreeOptions tree;
    tree.checkpoint_every = UINT64_MAX;
    TRY_ASSIGN(state_, storage::StateTree::open(*store_, *disk_, tree, nullptr));
    return Ok{};
}

Audited<ReplayReport> Replay::run(BlockSource& source, const ReplayOrder& order) {
    INVARIANT(auditor_ == nullptr);
    const auto started = Clock::now();
    const auto replayed = replay(source, order);
    seconds_ = std::chrono::duration<double>(Clock::now() - started).count();
    if (!replayed.ok()) return replayed.error();
    return report();
}

Audited<Ok> Replay::replay(BlockSource& source, const ReplayOrder& order) {
    TRY_ASSIGN(auditor_, node::Auditor::begin(target_, *state_, order.observer));
    const Height last = source.last();
    const Height until = order.until.value == 0 ? last : order.until;
    if (until > last)
        return AuditFault::of(
            {"no_such_block", fmt::format("the chain ends at block {}, and {} was asked for", last.value, until.value)},
            last, AuditFault::In::kAuditor);
    BlockChecks checks(target_, source, std::max(1u, std::thread::hardware_concurrency()));
    if (until.value == 0) TRY(at_the_end(order));
    while (auditor_->height() < until || (auditor_->height() < last && !auditor_->certified())) {
        TRY_ASSIGN(node::CheckedBlock block, checks.next());
        TRY(auditor_->add(std::move(block)));
        if (order.progress) order.progress(auditor_->height(), until);
        if (auditor_->height() == until) TRY(at_the_end(order));
    }
    return auditor_->finish();
}

Audited<Ok> Replay::at_the_end(const ReplayOrder& order) {
    if (!order.at_the_end) return Ok{};
    const auto state = state_->read();
    if (const Status done = order.at_the_end(*state); !done.ok())
        return AuditFault::of(done.error(), auditor_->height(), AuditFault::In::kAuditor);
    return Ok{};
}

ReplayReport Replay::report() const {
    if (!auditor_) return {};
    return {auditor_->height(), auditor_->block_hash(), auditor_->state_root(), auditor_->counts(), seconds_};
}

Result<ledger::Genesis> genesis_to_audit(const std::string& trust, const std::string& home) {
    if (trust.empty() && home.empty())
        return Error{"no_trust",
                     "nothing to check the chain against: give --trust genesis.json (or TOUCHSTONE_TRUST), the file "
                     "that the members of the chain hand out"};
    TRY_ASSIGN(const std::string text,
               trust.empty() ? node::read_text_file(node::Home(home).genesis()) : read_text_file(trust));
    TRY_ASSIGN(ledger::Genesis genesis, node::genesis_from_json(text));
    TRY(genesis.check());
    return genesis;
}

}  // namespace touchstone::tools
