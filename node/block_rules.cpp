#include "node/block_rules.h"

#include <fmt/format.h>

namespace touchstone::node {
namespace {

std::string text_of(const Hash256& hash) { return hash.hex(); }
std::string text_of(std::uint64_t number) { return fmt::to_string(number); }

template <class Value>
std::optional<HeaderFault> differs(const char* field, const char* what, const Value& expected, const Value& found) {
    return HeaderFault{field, what, text_of(expected), text_of(found)};
}

}  // namespace

std::optional<HeaderFault> check_header(const ledger::Block& block, const ChainFacts& chain,
                                        const ParentFacts& parent) {
    const ledger::Header& header = block.header;
    if (header.chain_id != chain.chain_id)
        return differs("chain", "the block is of another chain", chain.chain_id, header.chain_id);
    if (header.epoch != chain.epoch.epoch())
        return differs("epoch", "the block is of another epoch", chain.epoch.epoch().value, header.epoch.value);
    if (header.height != parent.height.next())
        return differs("height", "the block's height does not follow its parent's", parent.height.next().value,
                       header.height.value);
    if (header.parent != parent.hash)
        return differs("parent", "the block names another parent", parent.hash, header.parent);
    if (header.time < parent.time)
        return HeaderFault{"time", "the block is older than its parent", fmt::format("at least {}", parent.time.ms),
                           text_of(header.time.ms)};
    if (const ValidatorIndex leader = chain.epoch.validators.leader(header.view); header.proposer != leader)
        return differs<std::uint64_t>("leader", "the block's proposer does not lead its view", leader.value,
                                      header.proposer.value);
    if (header.log_root != parent.log_root)
        return differs("log_root", "the block's log of block hashes is not ours", parent.log_root, header.log_root);
    if (const Hash256 root = ledger::transaction_root(block.transactions); header.transaction_root != root)
        return differs("transaction_root", "the block's transactions are not what its header says",
                       header.transaction_root, root);
    return std::nullopt;
}

bool is_timely(WallTime block, WallTime parent, const Clock& clock) {
    if (block.ms + clock.age_ms_max < clock.now.ms) return false;
    return block.ms <= clock.now.ms + clock.ahead_ms_max || block.ms == parent.ms;
}

Result<storage::StateDeltaPtr> prepare_genesis(storage::StateTree& state, const ledger::Genesis& genesis) {
    std::vector<storage::StateWrite> writes;
    for (auto& [key, record] : genesis.records()) writes.push_back({key, std::move(record)});
    std::vector<storage::SideWrite> side;
    for (auto& [key, value] : genesis.side()) side.push_back({std::move(key), std::move(value)});
    return state.prepare(nullptr, std::move(writes), std::move(side), nullptr);
}

Result<storage::StateDeltaPtr> prepare_effects(storage::StateTree& state, storage::StateDeltaPtr parent,
                                               ledger::BlockEffects& effects, const storage::StateView* read_through) {
    std::vector<storage::StateWrite> writes;
    writes.reserve(effects.records.size());
    for (auto& [key, record] : effects.records) writes.push_back({key, std::move(record)});
    std::vector<storage::SideWrite> side;
    side.reserve(effects.side.size());
    for (auto& [key, value] : effects.side) side.push_back({std::move(key), std::move(value)});
    return state.prepare(std::move(parent), std::move(writes), std::move(side), read_through);
}

}  // namespace touchstone::node
