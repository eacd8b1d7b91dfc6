#include "node/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "node/block_rules.h"

namespace touchstone::node {
namespace {

// What the state's mark remembers of its block, so that a start needs nothing of the log below it.
struct MarkNote {
    storage::LogPlace scan_from;
    Bytes header;  // empty at height 0
    Bytes certificate;
    crypto::LogFrontier log;

    Bytes encode() const {
        Writer writer;
        writer.u32(scan_from.segment).u32(scan_from.offset).string(header).string(certificate);
        writer.u64(log.size()).u32(static_cast<std::uint32_t>(log.peaks().size()));
        for (const Hash256& peak : log.peaks()) writer.hash(peak);
        return std::move(writer).take();
    }

    static Result<MarkNote> decode(ByteView bytes) {
        Reader reader(bytes);
        MarkNote note;
        note.scan_from.segment = reader.u32();
        note.scan_from.offset = reader.u32();
        note.header = to_bytes(reader.bytes());
        note.certificate = to_bytes(reader.bytes());
        const std::uint64_t size = reader.u64();
        std::vector<Hash256> peaks(std::min<std::size_t>(reader.u32(), 64));
        for (Hash256& peak : peaks) peak = reader.hash();
        if (!reader.finished()) return Error{"state_corrupt", "the mark of the state is not well formed"};
        TRY_ASSIGN(note.log, crypto::LogFrontier::from_peaks(size, std::move(peaks)));
        return note;
    }
};

}  // namespace

Chain::Chain(Parts parts)
    : parts_(parts), chain_id_(parts.genesis.chain_id()), epoch_(std::make_shared<const EpochFacts>(parts.genesis)) {}

Result<std::unique_ptr<Chain>> Chain::open(Parts parts, const Progress& progress, RecoveryReport* report) {
    std::unique_ptr<Chain> chain(new Chain(parts));
    report->state_was_empty = parts.state.mark().note.empty();
    TRY(chain->load_tip());
    TRY(chain->load_epoch());
    TRY(chain->replay(progress, report));
    return chain;
}

Status Chain::load_tip() {
    const storage::StateMark mark = parts_.state.mark();
    if (mark.note.empty()) return commit_genesis();
    TRY_ASSIGN(MarkNote note, MarkNote::decode(mark.note));
    tip_.hash = mark.block_hash;
    tip_.height = mark.height;
    tip_.log = std::move(note.log);
    tip_.certificate = std::move(note.certificate);
    tip_.time = parts_.genesis.time;
    Hash256 chain_of_state = mark.block_hash;
    if (!note.header.empty()) {
        TRY_ASSIGN(tip_.header, ledger::Header::decode(note.header));
        tip_.view = tip_.header.view;
        tip_.time = tip_.header.time;
        chain_of_state = tip_.header.chain_id;
    }
    if (chain_of_state != chain_id_)
        return Error{
            "wrong_genesis",
            fmt::format("this folder holds the state of chain {}, and genesis.json describes chain {}; use the "
                        "genesis.json of that chain, or another --home",
                        chain_of_state.hex(), chain_id_.hex())};
    return Ok{};
}

Status Chain::load_epoch() {
    const auto state = parts_.state.read();
    TRY_ASSIGN(const std::optional<Bytes> validators, state->get(ledger::validators_key()));
    TRY_ASSIGN(const std::optional<Bytes> parameters, state->get(ledger::parameters_key()));
    if (!validators || !parameters)
        return Error{"state_corrupt", "the state has no validators or no parameters; delete the state folder"};
    ledger::EpochRules rules;
    TRY_ASSIGN(rules.validators, ledger::ValidatorsRecord::decode(*validators));
    TRY_ASSIGN(rules.parameters, ledger::Parameters::decode(*parameters));
    epoch_ = std::make_shared<const EpochFacts>(std::move(rules));
    return Ok{};
}

Status Chain::commit_genesis() {
    TRY_ASSIGN(const storage::StateDeltaPtr delta, prepare_genesis(parts_.state, parts_.genesis));
    tip_.hash = chain_id_;
    tip_.time = parts_.genesis.time;
    tip_.log.append(crypto::log_leaf_hash(chain_id_.view()));
    const MarkNote note{{}, {}, {}, tip_.log};
    parts_.state.commit(delta, {Height(0), chain_id_, storage::delta_root(*delta), note.encode()}, {});
    return Ok{};
}

Status Chain::replay(const Progress& progress, RecoveryReport* report) {
    TRY_ASSIGN(const MarkNote note, MarkNote::decode(parts_.state.mark().note));
    TRY(find_lost(report));
    // From the beginning of a segment and not from the place of the tip: a log that lost its tail was written on from
    // below that place, and what this node voted for since may stand there.
    storage::LogPlace scan_from{note.scan_from.segment, 0};
    const auto lowest = lowest_lost();
    if (tip_.height.value == 0 || (lowest && lowest->value == 1)) {
        scan_from = {};
    } else {
        TRY_ASSIGN(const HeightEntry known, entry_of(lowest ? lowest->prev() : tip_.height));
        scan_from.segment = std::min(scan_from.segment, known.body.segment);
    }
    std::optional<Error> fault;
    const Status scanned = parts_.store.log().scan(scan_from, [&](const storage::LogRecord& record) {
        if (record.kind == BlockStore::kBodyRecord) {
            const auto header = ledger::Header::decode(
                ByteView(record.payload)
                    .first(std::min<std::size_t>(record.payload.size(), ledger::Header::kEncodedBytes)));
            if (header.ok() && header->height > tip_.height) parts_.store.remember(header->hash(), record.place);
            return true;
        }
        auto final_record = FinalRecord::decode(record.payload);
        if (!final_record.ok()) {
            fault = final_record.error();
            return false;
        }
        if (final_record->height == tip_.height.next()) {
            const Status replayed = replay_final(*final_record);
            if (!replayed.ok() && replayed.error().code == "log_corrupt") {
                // Ends the replay and neither the node nor the scan: what lies above comes from the peers, and what
                // this node voted for may stand there.
                report->damage = replayed.error().message;
                return true;
            }
            if (!replayed.ok()) {
                fault = replayed.error();
                return false;
            }
            ++report->blocks_replayed;
            if (progress) progress(tip_.height);
        }
        return true;
    });
    if (!fault && !scanned.ok()) fault = scanned.error();
    if (fault && fault->code == "log_corrupt") {
        report->damage = fault->message;
        return Ok{};
    }
    if (fault) return *fault;
    return Ok{};
}

bool Chain::readable(const HeightEntry& entry) const {
    if (!parts_.store.body(entry.body, entry.hash).ok()) return false;
    const auto record = parts_.store.finalization(entry.finalization);
    return record.ok() && record->hash == entry.hash;
}

Status Chain::find_lost(RecoveryReport* report) {
    for (Height height = tip_.height; height.value > 0; height = height.prev()) {
        TRY_ASSIGN(const HeightEntry entry, entry_of(height));
        const bool suspect = report->damaged_segment && entry.body.segment >= *report->damaged_segment;
        if (readable(entry)) {
            if (suspect) continue;
            break;
        }
        lost_.insert(height);
        report->lost.push_back(height);
    }
    return Ok{};
}

Result<HeightEntry> Chain::entry_of(Height height) const {
    const auto repaired = repaired_.find(height);
    if (repaired != repaired_.end()) return repaired->second;
    const auto state = parts_.state.read();
    TRY_ASSIGN(const std::optional<Bytes> bytes, state->side(height_side_key(height)));
    if (!bytes) return Error{"not_found", fmt::format("there is no final block of height {}", height.value)};
    return HeightEntry::decode(*bytes);
}

std::optional<Height> Chain::lowest_lost() const {
    if (lost_.empty()) return std::nullopt;
    return *lost_.begin();
}

Result<consensus::ValidatorSet> Chain::validators_of(Epoch epoch) const {
    if (epoch == epoch_->epoch()) return epoch_->validators;
    if (epoch == ledger::kGenesisEpoch) return EpochFacts(parts_.genesis).validators;
    const auto state = parts_.state.read();
    TRY_ASSIGN(const std::optional<Bytes> bytes, state->get(ledger::epoch_key(epoch)));
    if (!bytes) return Error{"not_found", fmt::format("the state knows no epoch {}", epoch.value)};
    ledger::EpochRules rules;
    TRY_ASSIGN(rules.validators, ledger::ValidatorsRecord::decode(*bytes));
    return EpochFacts(std::move(rules)).validators;
}

Status Chain::check_repair(const HeightEntry& entry, const ledger::Block& block, ByteView certificate) const {
    const ledger::Header& header = block.header;
    const Hash256 hash = header.hash();
    if (entry.hash != hash || ledger::transaction_root(block.transactions) != header.transaction_root)
        return Error{"repair_mismatch", "a peer offered another block than the one that is final here"};
    TRY_ASSIGN(const consensus::ValidatorSet validators, validators_of(header.epoch));
    if (certificate.empty()) {
        // Within an epoch the finalization of a later block covers it; nothing covers the last one.
        if (header.validators_hash == validators.hash()) return Ok{};
        return Error{"repair_certificate", "a peer offered the last block of an epoch without its finalization"};
    }
    const auto decoded = consensus::Certificate::decode(certificate);
    if (!decoded.ok() || decoded->subject.kind != consensus::VoteKind::kFinalize || decoded->subject.digest != hash ||
        !consensus::verify_certificate(chain_id_, validators, *decoded).ok())
        return Error{"repair_certificate", "a peer offered a lost block with a certificate that does not hold"};
    return Ok{};
}

Status Chain::repair(const ledger::Block& block, ByteView encoded, ByteView certificate) {
    const ledger::Header& header = block.header;
    if (!lost_.contains(header.height)) return Ok{};
    TRY_ASSIGN(HeightEntry entry, entry_of(header.height));
    // The peer may have the tip's finalization by a later block's only; the mark of the state kept ours.
    if (certificate.empty() && entry.hash == tip_.hash) certificate = tip_.certificate;
    TRY(check_repair(entry, block, certificate));
    const Hash256 hash = entry.hash;
    TRY_ASSIGN(entry.body, parts_.store.append_body(hash, encoded));
    TRY_ASSIGN(entry.finalization,
               parts_.store.append_final({header.height, hash, header.view, entry.body, to_bytes(certificate)}));
    parts_.store.forget(hash);
    repaired_[header.height] = entry;
    lost_.erase(header.height);
    // With blocks prepared on the state as it is, the places wait for the next commit.
    if (!lost_.empty() || !executed_.empty()) return Ok{};
    TRY_ASSIGN(const storage::StateDeltaPtr delta, parts_.state.prepare(nullptr, {}, take_repaired(), nullptr));
    parts_.state.commit(delta, parts_.state.mark(), {});
    return Ok{};
}

std::vector<storage::SideWrite> Chain::take_repaired() {
    std::vector<storage::SideWrite> writes;
    for (const auto& [height, entry] : std::exchange(repaired_, {}))
        writes.push_back({height_side_key(height), entry.encode()});
    return writes;
}

Status Chain::replay_final(const FinalRecord& record) {
    TRY_ASSIGN(Bytes encoded, parts_.store.body(record.body, record.hash));
    parts_.store.remember(record.hash, record.body);
    TRY_ASSIGN(const ledger::Block block, ledger::Block::decode(encoded));
    auto transactions = parse(block);
    if (!transactions) return Error{"log_corrupt", "a final block in the log holds a malformed transaction"};
    TRY_ASSIGN(const ExecutedBlockPtr executed,
               execute(block, *std::move(transactions), std::make_shared<const Bytes>(std::move(encoded)),
                       Vouched::kQuorum));
    auto committed = commit(executed->hash, record.certificate);
    if (!committed.ok()) return committed.error();
    return Ok{};
}

std::optional<std::vector<ledger::ParsedTransactionPtr>> Chain::parse(const ledger::Block& block) const {
    std::vector<ledger::ParsedTransactionPtr> transactions;
    transactions.reserve(block.transactions.size());
    for (const auto& transaction : block.transactions) {
        auto parsed = ledger::parse(transaction, parameters());
        if (!parsed.ok()) return std::nullopt;
        transactions.push_back(*std::move(parsed));
    }
    return transactions;
}

ExecutedBlockPtr Chain::find(const Hash256& hash) const {
    const auto found = executed_.find(hash);
    return found == executed_.end() ? nullptr : found->second;
}

std::vector<ExecutedBlockPtr> Chain::executed() const {
    std::vector<ExecutedBlockPtr> blocks;
    for (const auto& [hash, block] : executed_) blocks.push_back(block);
    return blocks;
}

std::vector<ExecutedBlockPtr> Chain::path_to(const Hash256& hash) const {
    std::vector<ExecutedBlockPtr> path;
    for (ExecutedBlockPtr block = find(hash); block; block = find(block->header.parent)) path.push_back(block);
    std::reverse(path.begin(), path.end());
    return path;
}

ledger::BlockContext Chain::context(Height height, WallTime time) const {
    return {chain_id_, height, time, parameters(), epoch_->epoch()};
}

ledger::ReadRecord Chain::reader(const storage::StateView& view) {
    return [this, &view](const Hash256& key) -> std::optional<Bytes> {
        auto record = view.get(key);
        if (record.ok()) return *std::move(record);
        read_fault_ = record.error();
        return std::nullopt;
    };
}

Chain::Admission::Admission(const Chain& chain) : chain_(chain), state_(chain.parts_.state.read()) {}

std::optional<ledger::Rejection> Chain::Admission::operator()(const ledger::ParsedTransaction& transaction) const {
    const auto read = [&](const Hash256& key) -> std::optional<Bytes> {
        if (const auto known = present_.find(key); known != present_.end()) return known->second;
        auto record = state_->get(key);
        if (!record.ok() || !*record) return std::nullopt;
        return present_.emplace(key, **std::move(record)).first->second;
    };
    return ledger::admit(transaction, chain_.context(chain_.tip_.height.next(), chain_.tip_.time), read);
}

storage::StateDeltaPtr Chain::delta_of(const Hash256& hash) const {
    const ExecutedBlockPtr block = find(hash);
    return block ? block->delta : nullptr;
}

const crypto::LogFrontier& Chain::log_of(const Hash256& hash) const {
    const auto found = executed_.find(hash);
    return found == executed_.end() ? tip_.log : found->second->log;
}

Chain::Selection Chain::select(const Hash256& parent, const TransactionPool& pool,
                               const ledger::BlockContext& block_context, const ledger::ReadRecord& read) const {
    std::unordered_set<Hash256> in_ancestors;
    for (const ExecutedBlockPtr& block : path_to(parent))
        for (const auto& transaction : block->transactions) in_ancestors.insert(ledger::info(*transaction).id);
    Selection selection;
    auto& chosen = selection.chosen;
    std::size_t bytes = 0;
    std::size_t items = 0;
    const ledger::Parameters& bounds = parameters();
    pool.visit([&](const ledger::ParsedTransactionPtr& transaction) {
        const ledger::ParsedInfo& facts = ledger::info(*transaction);
        if (in_ancestors.contains(facts.id)) return true;
        const bool fits = chosen.size() < bounds.block_transactions_max &&
                          bytes + facts.size_bytes <= bounds.block_bytes_max &&
                          (chosen.empty() || items + facts.load <= bounds.block_items_max);
        if (!fits) return false;
        if (ledger::admit(*transaction, block_context, read)) {
            selection.rejected.push_back(facts.id);
            return true;
        }
        bytes += facts.size_bytes;
        items += facts.load;
        chosen.push_back(transaction);
        return true;
    });
    return selection;
}

Result<Chain::Built> Chain::build(const BuildOrder& order, const TransactionPool& pool) {
    INVARIANT(is_tip_or_executed(order.parent));
    const ExecutedBlockPtr parent = find(order.parent);
    const Height height = (parent ? parent->header.height : tip_.height).next();
    const WallTime parent_time = parent ? parent->header.time : tip_.time;
    INVARIANT(!parent || !parent->closes_epoch());
    ledger::BlockContext block_context = context(height, std::max(order.now, parent_time));
    block_context.parent = order.parent;
    block_context.proposer = order.proposer;
    const auto view = parts_.state.view(parent ? parent->delta : nullptr);
    const ledger::ReadRecord read = reader(*view);

    ExecutedBlock built;
    Selection selection = select(order.parent, pool, block_context, read);
    if (read_fault_) return *read_fault_;
    if (selection.chosen.empty() && !order.allow_empty) return Built{nullptr, std::move(selection.rejected)};
    built.transactions = std::move(selection.chosen);
    TRY_ASSIGN(ledger::BlockEffects effects, ledger::execute(block_context, built.transactions, read));
    built.header.chain_id = chain_id_;
    built.header.epoch = epoch_->epoch();
    built.header.height = height;
    built.header.view = order.view;
    built.header.parent = order.parent;
    built.header.time = block_context.time;
    built.header.proposer = order.proposer;
    built.header.log_root = log_of(order.parent).root();
    TRY_ASSIGN(ExecutedBlockPtr block, finish(std::move(built), std::move(effects), *view));
    return Built{std::move(block), std::move(selection.rejected)};
}

Status Chain::check_header(const ledger::Block& block) const {
    const Hash256& parent_hash = block.header.parent;
    const ExecutedBlockPtr parent = find(parent_hash);
    const auto fault = node::check_header(block, {chain_id_, *epoch_},
                                          {parent_hash, parent ? parent->header.height : tip_.height,
                                           parent ? parent->header.time : tip_.time, log_of(parent_hash).root()});
    if (!fault) return Ok{};
    return Error{"proposal_" + fault->field,
                 fmt::format("{}: expected {}, found {}", fault->what, fault->expected, fault->found)};
}

Result<ExecutedBlockPtr> Chain::execute(const ledger::Block& block,
                                        std::vector<ledger::ParsedTransactionPtr> transactions,
                                        std::shared_ptr<const Bytes> encoded, Vouched vouched) {
    const ledger::Header& header = block.header;
    if (!is_tip_or_executed(header.parent))
        return Error{"parent_missing", "the block's parent has not been executed here"};
    if (const ExecutedBlockPtr parent = find(header.parent); parent && parent->closes_epoch())
        return Error{"proposal_after_closing", "the block's parent is the last of its epoch, and not final"};
    TRY(check_header(block));
    const auto view = parts_.state.view(delta_of(header.parent));
    ledger::BlockContext block_context = context(header.height, header.time);
    block_context.parent = header.parent;
    block_context.proposer = header.proposer;
    auto effects = ledger::execute(block_context, transactions, reader(*view));
    if (read_fault_) return *read_fault_;
    if (!effects.ok()) return effects.error();
    ExecutedBlock executed;
    executed.header = header;
    executed.vouched = vouched;
    executed.encoded = std::move(encoded);
    executed.transactions = std::move(transactions);
    return finish(std::move(executed), *std::move(effects), *view);
}

// Computes the state root; for a block that we build, fills it in, for one that we check, compares it.
Result<ExecutedBlockPtr> Chain::finish(ExecutedBlock executed, ledger::BlockEffects effects,
                                       const storage::StateView& read_through) {
    executed.outcomes = std::move(effects.outcomes);
    const Hash256 validators_hash = validators_hash_after(*epoch_, effects);
    if (executed.encoded && executed.header.validators_hash != validators_hash)
        return Error{
            "proposal_validators",
            fmt::format("executing block {} gives the validator set {}, and its header says {}",
                        executed.header.height.value, validators_hash.hex(), executed.header.validators_hash.hex())};
    executed.header.validators_hash = validators_hash;
    executed.rules = std::move(effects.rules);
    TRY_ASSIGN(executed.delta, prepare_effects(parts_.state, delta_of(executed.header.parent), effects, &read_through));
    const Hash256& root = storage::delta_root(*executed.delta);
    if (executed.encoded) {
        if (executed.header.state_root != root)
            return Error{"proposal_state_root",
                         fmt::format("executing block {} gives state root {}, and its header says {}",
                                     executed.header.height.value, root.hex(), executed.header.state_root.hex())};
    } else {
        executed.header.state_root = root;
        ledger::Block block;
        for (const auto& transaction : executed.transactions)
            block.transactions.push_back(ledger::signed_of(*transaction));
        executed.header.transaction_root = ledger::transaction_root(block.transactions);
        block.header = executed.header;
        executed.encoded = std::make_shared<const Bytes>(block.encode());
    }
    executed.hash = executed.header.hash();
    executed.log = log_of(executed.header.parent);
    executed.log.append(crypto::log_leaf_hash(executed.hash.view()));
    TRY_ASSIGN([[maybe_unused]] const storage::LogPlace place,
               parts_.store.append_body(executed.hash, *executed.encoded));
    auto shared = std::make_shared<const ExecutedBlock>(std::move(executed));
    executed_[shared->hash] = shared;
    return ExecutedBlockPtr(shared);
}

Result<std::vector<ExecutedBlockPtr>> Chain::commit(const Hash256& hash, ByteView certificate) {
    const std::vector<ExecutedBlockPtr> path = path_to(hash);
    INVARIANT(!path.empty() && path.front()->header.parent == tip_.hash);
    for (const ExecutedBlockPtr& block : path) {
        const bool last = block == path.back();
        auto committed = commit_one(*block, last ? certificate : ByteView{});
        if (!committed.ok()) return committed.error();
    }
    for (const ExecutedBlockPtr& block : path) {
        executed_.erase(block->hash);
        parts_.store.forget(block->hash);
    }
    drop_abandoned();
    return path;
}

Result<storage::LogPlace> Chain::commit_one(const ExecutedBlock& block, ByteView certificate) {
    const auto body = parts_.store.place_of(block.hash);
    INVARIANT(body.has_value());
    const FinalRecord record{block.header.height, block.hash, block.header.view, *body, to_bytes(certificate)};
    TRY_ASSIGN(const storage::LogPlace place, parts_.store.append_final(record));
    const MarkNote note{*body, block.header.encode(), record.certificate, block.log};
    Writer height_value;
    height_value.u64(block.header.height.value);
    std::vector<storage::SideWrite> late;
    late.push_back({height_side_key(block.header.height), HeightEntry{block.hash, *body, place}.encode()});
    late.push_back({block_hash_side_key(block.hash), std::move(height_value).take()});
    for (storage::SideWrite& write : take_repaired()) late.push_back(std::move(write));
    parts_.state.commit(block.delta, {block.header.height, block.hash, block.header.state_root, note.encode()},
                        std::move(late));
    tip_ = {block.hash,   block.header.height, block.header.view, block.header.time,
            block.header, record.certificate,  block.log};
    if (block.rules) epoch_ = std::make_shared<const EpochFacts>(*block.rules);
    return place;
}

void Chain::drop_abandoned() {
    // By descent and not by view alone: a liar's block of a later view may stand on one that was passed over. After the
    // last block of an epoch, whatever else was executed belongs to it and will never be final.
    std::vector<Hash256> hashes;
    for (const auto& [hash, block] : executed_) {
        const bool descends = path_to(hash).front()->header.parent == tip_.hash;
        if (descends && block->header.view > tip_.view && block->header.epoch == epoch_->epoch())
            hashes.push_back(hash);
    }
    for (const Hash256& dropped : keep_only_paths_to(hashes)) parts_.store.forget(dropped);
}

std::vector<Hash256> Chain::keep_only_paths_to(const std::vector<Hash256>& hashes) {
    std::unordered_set<Hash256> kept;
    for (const Hash256& hash : hashes)
        for (ExecutedBlockPtr block = find(hash); block && kept.insert(block->hash).second;)
            block = find(block->header.parent);
    std::vector<Hash256> dropped;
    for (const auto& [hash, block] : executed_)
        if (!kept.contains(hash)) dropped.push_back(hash);
    for (const Hash256& hash : dropped) executed_.erase(hash);
    return dropped;
}

}  // namespace touchstone::node
