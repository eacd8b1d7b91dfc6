#include "node/journal_records.h"

namespace touchstone::node {
namespace {

constexpr std::uint8_t kVote = 1;
constexpr std::uint8_t kBody = 2;
constexpr std::uint8_t kNotarization = 3;

Bytes tagged(std::uint8_t kind, ByteView payload) {
    Bytes record;
    record.reserve(1 + payload.size());
    record.push_back(kind);
    append(record, payload);
    return record;
}

}  // namespace

Bytes journal_vote(ByteView vote) { return tagged(kVote, vote); }
Bytes journal_body(ByteView block) { return tagged(kBody, block); }
Bytes journal_notarization(ByteView certificate) { return tagged(kNotarization, certificate); }

JournalRecords sort_journal(const std::vector<Bytes>& records) {
    JournalRecords sorted;
    for (const Bytes& record : records) {
        Bytes payload = to_bytes(ByteView(record).subspan(1));
        if (record[0] == kVote) sorted.votes.push_back(std::move(payload));
        if (record[0] == kBody) sorted.bodies.push_back(std::move(payload));
        if (record[0] == kNotarization) sorted.notarizations.push_back(std::move(payload));
    }
    return sorted;
}

}  // namespace touchstone::node
