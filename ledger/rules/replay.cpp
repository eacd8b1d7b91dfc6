// Layouts (base/codec.h), each after u8 version = 1:
//   expiry record  list of chunk keys
//   expiry chunk   next (32) ‖ list of ids, strictly ascending
#include "ledger/rules/replay.h"

#include <algorithm>

#include "crypto/sha256.h"
#include "ledger/rules/overlay.h"
#include "ledger/records/record_codecs.h"

namespace touchstone::ledger {
namespace {

void write_hashes(Writer& writer, const std::vector<Hash256>& hashes) {
    writer.reserve(writer.bytes().size() + 4 + hashes.size() * Hash256::kSize);
    writer.u32(static_cast<std::uint32_t>(hashes.size()));
    for (const Hash256& hash : hashes) writer.hash(hash);
}

std::vector<Hash256> read_hashes(Reader& reader) {
    std::vector<Hash256> hashes(read_count(reader, Hash256::kSize));
    for (Hash256& hash : hashes) hash = reader.hash();
    return hashes;
}

// Erases chunks of one chain until it ends or `budget` ids are erased. Answers where the chain goes on; zero: nowhere.
StateKey sweep_chain(Overlay& overlay, StateKey chain, std::size_t& budget) {
    while (!chain.is_zero() && budget > 0) {
        auto& slot = overlay.expiry_chunks.slot(chain);
        INVARIANT(slot.record.has_value());
        const StateKey next = StateKey::written(slot.record->next);
        for (const Hash256& id : slot.record->ids) overlay.transactions.erase_present(transaction_key(id));
        budget -= std::min(budget, slot.record->ids.size());
        overlay.expiry_chunks.erase(slot);
        chain = next;
    }
    return chain;
}

ExpiryRecord& expiry_record(Overlay& overlay, Height height) {
    auto& slot = overlay.expiries.slot(expiry_key(height));
    return slot.record ? overlay.expiries.change(slot) : overlay.expiries.create(slot, {});
}

}  // namespace

Bytes ExpiryRecord::encode() const {
    Writer writer = begin_record(RecordKind::kExpiry);

    write_hashes(writer, chains);
    return std::move(writer).take();
}

Result<ExpiryRecord> ExpiryRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ExpiryRecord record;
    read_kind(reader, RecordKind::kExpiry);
    record.chains = read_hashes(reader);
    return finished(reader, std::move(record));
}

Bytes ExpiryChunk::encode() const {
    Writer writer = begin_record(RecordKind::kExpiryChunk);
    writer.hash(next);
    write_hashes(writer, ids);
    return std::move(writer).take();
}

Result<ExpiryChunk> ExpiryChunk::decode(ByteView bytes) {
    Reader reader(bytes);
    ExpiryChunk chunk;
    read_kind(reader, RecordKind::kExpiryChunk);
    chunk.next = reader.hash();
    chunk.ids = read_hashes(reader);
    const auto descends = [](const Hash256& a, const Hash256& b) { return a >= b; };
    if (std::adjacent_find(chunk.ids.begin(), chunk.ids.end(), descends) != chunk.ids.end()) reader.fail();
    return finished(reader, std::move(chunk));
}


void sweep_expired(Overlay& overlay, const BlockContext& context) {
    if (context.height.value == 0) return;
    auto& due = overlay.expiries.slot(expiry_key(context.height.prev()));
    if (!due.record) return;
    // Twice what a block can record: a backlog shrinks even while blocks are full.
    std::size_t budget = 2 * static_cast<std::size_t>(context.parameters.block_transactions_max);
    std::vector<Hash256> left;
    for (const Hash256& chain : due.record->chains)
        if (const StateKey rest = sweep_chain(overlay, StateKey::written(chain), budget); !rest.is_zero()) left.push_back(rest);
    overlay.expiries.erase(due);
    if (left.empty()) return;
    std::vector<Hash256>& chains = expiry_record(overlay, context.height).chains;
    chains.insert(chains.end(), left.begin(), left.end());
}

void record_expiries(Overlay& overlay, Height height, std::map<std::uint64_t, std::vector<Hash256>> ids) {
    for (auto& [valid_until, recorded] : ids) {
        std::sort(recorded.begin(), recorded.end());
        std::vector<Hash256>& chains = expiry_record(overlay, Height(valid_until)).chains;
        const StateKey key = expiry_chunk_key(valid_until, height);
        overlay.expiry_chunks.create(overlay.expiry_chunks.slot(key),
                                     {chains.empty() ? Hash256{} : chains.front(), std::move(recorded)});
        if (chains.empty())
            chains.push_back(key);
        else
            chains.front() = key;
    }
}

}  // namespace touchstone::ledger
