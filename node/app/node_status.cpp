// What a node says of itself: status, validators, readiness, metrics.
#include <fmt/format.h>

#include "ledger/records/index.h"
#include "node/app/mesh_metrics.h"
#include "node/app/node.h"

namespace touchstone::node {
namespace {

constexpr const char* kVersion = "0.1.0";

std::string name_of_key(const EpochFacts& epoch, const crypto::PublicKey& key) {
    if (const ledger::GenesisValidator* const validator = epoch.record.find(key)) return validator->name;
    if (const ledger::PendingValidator* const waiting = epoch.record.find_pending(key)) return waiting->validator.name;
    return key.hex().substr(0, 8);
}

}  // namespace

rpc::NodeStatus Node::status() const {
    const rpc::SignedTipPtr tip = reader_->tip();
    rpc::NodeStatus status;
    status.version = kVersion;
    status.chain_name = options_.genesis.name;
    status.chain_id = chain_id_;
    const auto known = epoch();
    const bool in_the_set = known->record.find(options_.key.public_key()) != nullptr;
    status.validator = in_the_set && !options_.observer;
    status.epoch = known->epoch();
    status.name = options_.name;
    status.height = tip->header.height;
    status.block_hash = tip->block_hash;
    status.state_root = tip->header.height.value == 0 ? state_->mark().root : tip->header.state_root;
    status.block_time = tip->header.height.value == 0 ? options_.genesis.time : tip->header.time;
    status.uptime_s = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_at_).count());
    std::map<crypto::PublicKey, Height> heights;
    status.synced = synced();
    {
        const std::lock_guard lock(shown_mutex_);
        status.view = shown_.view;
        status.pool_transactions = shown_.pool_transactions;
        status.pool_bytes = shown_.pool_bytes;
        status.read_only = !shown_.fault.empty();
        status.fault = shown_.fault;
        heights = shown_.peer_heights;
    }
    for (const PeerStats& peer : mesh_->stats().peers) {
        status.peers.push_back({name_of_key(*known, peer.key), peer.address, known->record.find(peer.key) != nullptr,
                                peer.connected, heights[peer.key]});
    }
    status.items = items_registered();
    return status;
}

// Every verdict asks; the peers are looked at a few times a second.
bool Node::synced() const {
    constexpr std::int64_t kHoldsNs = 200'000'000;
    const std::int64_t now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                                    std::chrono::steady_clock::now().time_since_epoch())
                                    .count();
    if (now_ns < synced_until_ns_.load(std::memory_order_acquire)) return synced_.load(std::memory_order_relaxed);
    const auto known = epoch();
    const bool alone = known->validators.size() == 1 && known->record.find(options_.key.public_key()) != nullptr &&
                       !options_.observer;
    const auto peers = mesh_->stats().peers;
    const bool linked = alone || std::any_of(peers.begin(), peers.end(), [&](const PeerStats& peer) {
                            return peer.connected && known->record.find(peer.key) != nullptr;
                        });
    const std::uint64_t height = reader_->tip()->header.height.value;
    bool near = false;
    {
        const std::lock_guard lock(shown_mutex_);
        near = height + 2 >= shown_.best_known.value;
    }
    synced_.store(linked && near, std::memory_order_relaxed);
    synced_until_ns_.store(now_ns + kHoldsNs, std::memory_order_release);
    return linked && near;
}

// The sum over all products; counted once per height, since dashboards ask often.
std::uint64_t Node::items_registered() const {
    const auto view = reader_->read();
    const std::lock_guard lock(items_mutex_);
    if (items_counted_ && items_height_ == view->tip().header.height) return items_;
    std::uint64_t items = 0;
    const Bytes prefix = ledger::product_index_prefix();
    const Status scanned = view->side_scan(prefix, prefix, [&](ByteView key, ByteView) {
        const auto gtin = ledger::parse_product_index(key);
        if (!gtin) return false;
        const auto record = view->record(ledger::product_volume_key(*gtin));
        if (!record.ok() || !*record) return true;
        const auto volume = ledger::VolumeRecord::decode(**record);
        if (volume.ok()) items += volume->registered;
        return true;
    });
    if (!scanned.ok()) return items_;
    items_ = items;
    items_height_ = view->tip().header.height;
    items_counted_ = true;
    return items_;
}

bool Node::ready(std::string* why_not) const {
    const rpc::NodeStatus now = status();
    std::size_t validators_connected = now.validator ? 1 : 0;
    for (const rpc::PeerStatus& peer : now.peers) validators_connected += peer.validator && peer.connected ? 1 : 0;
    const std::shared_ptr<const EpochFacts> known = epoch();
    const consensus::ValidatorSet& set = known->validators;
    if (stopped_) return *why_not = "the node has stopped", false;
    if (now.read_only) return *why_not = now.fault, false;
    if (!now.synced) return *why_not = "catching up with the other nodes", false;
    const std::size_t needed = now.validator ? set.quorum() : 1;
    if (validators_connected < needed)
        return *why_not = fmt::format("{} of {} validators are connected, {} are needed", validators_connected,
                                      set.size(), needed),
               false;
    return true;
}

void Node::render_metrics(MetricsText& out) const {
    const rpc::NodeStatus now = status();
    const storage::StateTreeStats tree = state_->stats();
    ReplicaStats stats;
    {
        const std::lock_guard lock(shown_mutex_);
        stats = shown_.stats;
    }
    const auto gauge = [&](const char* name, const char* help, std::uint64_t value) {
        out.family(name, "gauge", help);
        out.sample({}, static_cast<double>(value));
    };
    const auto counter = [&](const char* name, const char* help, std::uint64_t value) {
        out.family(name, "counter", help);
        out.sample({}, static_cast<double>(value));
    };
    gauge("height", "Height of the last final block.", now.height.value);
    gauge("view", "Current consensus view.", now.view.value);
    gauge("epoch", "Sets of validators and parameters that there were before the present one.", now.epoch.value);
    gauge("validator", "1 when this node votes.", now.validator ? 1 : 0);
    gauge("items", "Items registered on the chain.", now.items);
    gauge("pool_transactions", "Transactions waiting for a block.", now.pool_transactions);
    gauge("pool_bytes", "Bytes of the transactions waiting for a block.", now.pool_bytes);
    gauge("read_only", "1 while the node does not write.", now.read_only ? 1 : 0);
    gauge("synced", "1 when level with the best peer.", now.synced ? 1 : 0);
    counter("blocks_built_total", "Blocks built as leader.", stats.blocks_built);
    counter("blocks_verified_total", "Proposals executed and found good.", stats.blocks_verified);
    counter("proposals_refused_total", "Proposals refused.", stats.proposals_refused);
    counter("blocks_synced_total", "Final blocks taken from peers.", stats.blocks_synced);
    counter("transactions_final_total", "Transactions in final blocks.", stats.transactions_final);
    counter("transactions_rejected_total", "Transactions refused at admission.", stats.transactions_rejected);
    counter("misbehaviour_total", "Faults of peers that were noticed.", stats.misbehaviour);
    counter("votes_sent_total", "Votes sent.", stats.votes_sent);
    counter("vote_syncs_total", "Syncs before votes left.", stats.syncs);
    counter("nullified_views_total", "Views given up by this validator.", stats.nullified_views);
    gauge("unflushed_bytes", "Committed, durable in the block log, not yet in LevelDB.", tree.unflushed_bytes);
    gauge("flushed_height", "Height that LevelDB has.", tree.flushed_height.value);
    gauge("state_bytes", "Bytes of LevelDB on disk.", store_->size_bytes());
    gauge("block_log_bytes", "Bytes of the block log on disk.", blocks_->size_bytes());
    render_mesh(mesh_->stats(), out);
}

}  // namespace touchstone::node
