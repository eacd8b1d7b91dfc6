// What a node says of itself: status, validators, readiness, metrics.
#include <fmt/format.h>

#include "ledger/index.h"
#include "node/app/node.h"

namespace touchstone::node {
namespace {

constexpr const char* kVersion = "0.1.0";

std::string name_of_key(const ledger::Genesis& genesis, const crypto::PublicKey& key) {
    for (const ledger::GenesisValidator& validator : genesis.validators)
        if (validator.key == key) return validator.name;
    return key.hex().substr(0, 8);
}

bool is_validator(const ledger::Genesis& genesis, const crypto::PublicKey& key) {
    return std::any_of(genesis.validators.begin(), genesis.validators.end(),
                       [&](const ledger::GenesisValidator& validator) { return validator.key == key; });
}

class MetricText {
  public:
    template <class Number>
    void add(const char* name, const char* type, const char* help, Number value) {
        text_ += fmt::format("# HELP touchstone_{0} {1}\n# TYPE touchstone_{0} {2}\ntouchstone_{0} {3}\n", name, help,
                             type, value);
    }
    void family(const char* name, const char* type, const char* help) {
        text_ += fmt::format("# HELP touchstone_{0} {1}\n# TYPE touchstone_{0} {2}\n", name, help, type);
    }
    template <class Number>
    void sample(const char* name, const std::string& labels, Number value) {
        text_ += fmt::format("touchstone_{}{{{}}} {}\n", name, labels, value);
    }
    std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

}  // namespace

rpc::NodeStatus Node::status() const {
    const rpc::SignedTipPtr tip = reader_->tip();
    rpc::NodeStatus status;
    status.version = kVersion;
    status.chain_name = options_.genesis.name;
    status.chain_id = chain_id_;
    status.validator = !options_.observer;
    status.name = options_.name;
    status.height = tip->header.height;
    status.block_hash = tip->block_hash;
    status.state_root = tip->header.height.value == 0 ? state_->mark().root : tip->header.state_root;
    status.block_time = tip->header.height.value == 0 ? options_.genesis.time : tip->header.time;
    status.uptime_s = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_at_).count());
    std::map<crypto::PublicKey, Height> heights;
    {
        const std::lock_guard lock(shown_mutex_);
        status.view = shown_.view;
        status.pool_transactions = shown_.pool_transactions;
        status.pool_bytes = shown_.pool_bytes;
        status.read_only = !shown_.fault.empty();
        status.fault = shown_.fault;
        status.synced = status.height.value + 2 >= shown_.best_known.value;
        heights = shown_.peer_heights;
    }
    for (const PeerStats& peer : mesh_->stats().peers) {
        status.peers.push_back({name_of_key(options_.genesis, peer.key), peer.address,
                                is_validator(options_.genesis, peer.key), peer.connected, heights[peer.key]});
    }
    const bool alone = options_.genesis.validators.size() == 1 && !options_.observer;
    const auto is_link = [](const rpc::PeerStatus& peer) { return peer.validator && peer.connected; };
    status.synced &= alone || std::any_of(status.peers.begin(), status.peers.end(), is_link);
    status.items = items_registered();
    return status;
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
        const auto record = view->record(ledger::product_key(*gtin));
        if (!record.ok() || !*record) return true;
        const auto product = ledger::ProductRecord::decode(**record);
        if (product.ok()) items += product->registered;
        return true;
    });
    if (!scanned.ok()) return items_;
    items_ = items;
    items_height_ = view->tip().header.height;
    items_counted_ = true;
    return items_;
}

std::vector<rpc::ValidatorInfo> Node::validators() const {
    std::vector<rpc::ValidatorInfo> validators;
    for (const ledger::GenesisValidator& validator : options_.genesis.validators)
        validators.push_back({validator.organisation, validator.name, validator.key});
    return validators;
}

bool Node::ready(std::string* why_not) const {
    const rpc::NodeStatus now = status();
    std::size_t validators_connected = now.validator ? 1 : 0;
    for (const rpc::PeerStatus& peer : now.peers) validators_connected += peer.validator && peer.connected ? 1 : 0;
    const consensus::ValidatorSet& set = replica_->validators();
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

std::string Node::metrics() const {
    const rpc::NodeStatus now = status();
    const storage::StateTreeStats tree = state_->stats();
    const MeshStats mesh = mesh_->stats();
    ReplicaStats stats;
    {
        const std::lock_guard lock(shown_mutex_);
        stats = shown_.stats;
    }
    MetricText text;
    text.add("height", "gauge", "Height of the last final block", now.height.value);
    text.add("view", "gauge", "Current consensus view", now.view.value);
    text.add("items", "gauge", "Items registered on the chain", now.items);
    text.add("pool_transactions", "gauge", "Transactions waiting for a block", now.pool_transactions);
    text.add("pool_bytes", "gauge", "Bytes of the transactions waiting for a block", now.pool_bytes);
    text.add("read_only", "gauge", "1 while the node does not write", now.read_only ? 1 : 0);
    text.add("synced", "gauge", "1 when level with the best peer", now.synced ? 1 : 0);
    text.add("blocks_built_total", "counter", "Blocks built as leader", stats.blocks_built);
    text.add("blocks_verified_total", "counter", "Proposals executed and found good", stats.blocks_verified);
    text.add("proposals_refused_total", "counter", "Proposals refused", stats.proposals_refused);
    text.add("blocks_synced_total", "counter", "Final blocks taken from peers", stats.blocks_synced);
    text.add("transactions_final_total", "counter", "Transactions in final blocks", stats.transactions_final);
    text.add("transactions_rejected_total", "counter", "Transactions refused at admission",
             stats.transactions_rejected);
    text.add("misbehaviour_total", "counter", "Faults of peers that were noticed", stats.misbehaviour);
    text.add("votes_sent_total", "counter", "Votes sent", stats.votes_sent);
    text.add("vote_syncs_total", "counter", "Syncs of the vote journal", stats.syncs);
    text.add("nullified_views_total", "counter", "Views given up by this validator", stats.nullified_views);
    text.add("unflushed_bytes", "gauge", "Committed, durable in the block log, not yet in LevelDB",
             tree.unflushed_bytes);
    text.add("flushed_height", "gauge", "Height that LevelDB has", tree.flushed_height.value);
    text.add("state_bytes", "gauge", "Bytes of LevelDB on disk", store_->size_bytes());
    text.add("block_log_bytes", "gauge", "Bytes of the block log on disk", blocks_->size_bytes());
    text.family("peer_connected", "gauge", "1 while connected");
    for (const PeerStats& peer : mesh.peers)
        text.sample("peer_connected", fmt::format("peer=\"{}\"", name_of_key(options_.genesis, peer.key)),
                    peer.connected ? 1 : 0);
    text.family("peer_bytes_out_total", "counter", "Bytes sent to the peer");
    for (const PeerStats& peer : mesh.peers)
        text.sample("peer_bytes_out_total", fmt::format("peer=\"{}\"", name_of_key(options_.genesis, peer.key)),
                    peer.bytes_out);
    text.family("peer_closes_total", "counter", "Connections closed, by reason");
    for (const auto& [reason, count] : mesh.closes)
        text.sample("peer_closes_total", fmt::format("reason=\"{}\"", reason), count);
    return text.take();
}

}  // namespace touchstone::node
