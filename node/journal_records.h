// What the replica keeps in its vote journal: votes, and the small things that they rest on, so that one sync of one
// preallocated file comes before a vote leaves. Larger bodies go to the block log alone, which is then synced as well.
//
// A record: u8 kind ‖ payload. Pure functions.
#pragma once

#include <vector>

#include "base/bytes.h"

namespace touchstone::node {

struct JournalRecords {
    std::vector<Bytes> votes;          // consensus::SignerGate::journal_record
    std::vector<Bytes> bodies;         // ledger::Block::encode
    std::vector<Bytes> notarizations;  // consensus::Certificate::encode
};

Bytes journal_vote(ByteView vote);
Bytes journal_body(ByteView block);
Bytes journal_notarization(ByteView certificate);
// Records of no known kind are left out.
JournalRecords sort_journal(const std::vector<Bytes>& records);

}  // namespace touchstone::node
