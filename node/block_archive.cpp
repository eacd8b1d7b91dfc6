#include "node/block_archive.h"

#include <fmt/format.h>

#include <algorithm>

namespace touchstone::node {
namespace {

// A height beyond this is no height: the record lies, and memory is not taken on its word.
constexpr std::uint64_t kHeightsAheadMax = 1u << 20;

std::optional<Hash256> hash_of_body(ByteView body) {
    if (body.size() < ledger::Header::kEncodedBytes) return std::nullopt;
    const auto header = ledger::Header::decode(body.first(ledger::Header::kEncodedBytes));
    if (!header.ok()) return std::nullopt;
    return header->hash();
}

}  // namespace

Result<BlockArchive> BlockArchive::open(const storage::BlockLog& log) {
    BlockArchive archive(log);
    TRY(archive.index());
    // A running node may have written on while the file was read, so that a whole record was seen as a torn one.
    for (int again = 0; again < 2 && archive.has_gap(); ++again) {
        archive = BlockArchive(log);
        TRY(archive.index());
    }
    archive.leave_out_cut_off();
    return archive;
}

bool BlockArchive::has_gap() const {
    return std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) { return !entry.finalization; });
}

Status BlockArchive::index() {
    storage::LogPlace expected;
    TRY(log_->scan({}, [&](const storage::LogRecord& record) {
        if (record.place.segment != expected.segment) expected = {record.place.segment, 0};
        if (record.place != expected)
            damage_.push_back(fmt::format("bytes {} to {} of segment {}", expected.offset, record.place.offset,
                                          record.place.segment));
        add(record);
        expected.offset = record.place.offset +
                          static_cast<std::uint32_t>(storage::BlockLog::kRecordHeadBytes + record.payload.size());
        return true;
    }));
    return Ok{};
}

void BlockArchive::add(const storage::LogRecord& record) {
    if (record.kind != BlockStore::kFinalRecord) {
        uncertified_run_ = 0;
        return;
    }
    const auto final_record = FinalRecord::decode(record.payload);
    if (!final_record.ok() || final_record->height.value == 0 ||
        final_record->height.value > entries_.size() + kHeightsAheadMax) {
        damage_.push_back(fmt::format("the finalization at {}:{}", record.place.segment, record.place.offset));
        uncertified_run_ = 0;
        return;
    }
    const std::size_t at = final_record->height.value - 1;
    // Repaired blocks are written again at the end: they are nothing's tail.
    const bool grows = at == entries_.size();
    if (at >= entries_.size()) entries_.resize(at + 1);
    entries_[at] = {record.place, !final_record->certificate.empty()};
    uncertified_run_ = grows && final_record->certificate.empty() ? uncertified_run_ + 1 : 0;
}

void BlockArchive::leave_out_cut_off() {
    cut_off_ = uncertified_run_;
    entries_.resize(entries_.size() - cut_off_);
}

Error BlockArchive::missing(Height height, const std::string& what) const {
    std::string places;
    for (std::size_t i = 0; i < damage_.size() && i < 4; ++i) places += (i == 0 ? "" : ", ") + damage_[i];
    return {"log_corrupt", fmt::format("{} of block {} is not in the block log, or is damaged{}", what, height.value,
                                       places.empty() ? "" : "; no intact record stands at " + places)};
}

Result<BlockArchive::Block> BlockArchive::read(Height height) {
    INVARIANT(height.value > 0 && height <= last());
    const Entry& entry = entries_[height.value - 1];
    if (!entry.finalization) return missing(height, "the finalization");
    TRY_ASSIGN(const storage::LogRecord record, log_->read(*entry.finalization));
    TRY_ASSIGN(FinalRecord final_record, FinalRecord::decode(record.payload));
    TRY_ASSIGN(Bytes body, body_of(final_record));
    return Block{std::move(body), std::move(final_record.certificate)};
}

Result<Bytes> BlockArchive::body_of(const FinalRecord& record) {
    auto there = log_->read(record.body);
    if (there.ok() && there->kind == BlockStore::kBodyRecord && hash_of_body(there->payload) == record.hash)
        return std::move(there->payload);
    if (!bodies_) TRY(index_bodies());
    const auto found = bodies_->find(record.hash);
    if (found == bodies_->end()) return missing(record.height, "the body");
    TRY_ASSIGN(storage::LogRecord elsewhere, log_->read(found->second));
    return std::move(elsewhere.payload);
}

Status BlockArchive::index_bodies() {
    bodies_.emplace();
    return log_->scan({}, [&](const storage::LogRecord& record) {
        if (record.kind != BlockStore::kBodyRecord) return true;
        if (const auto hash = hash_of_body(record.payload)) (*bodies_)[*hash] = record.place;
        return true;
    });
}

}  // namespace touchstone::node
