// Which votes this validator has signed, and the small things they rest on: a ring of checksummed slots in a
// preallocated file.
//
// Owns the file "votes". One thread. Invariant: what append() took and sync() confirmed is answered by the next open(),
// unless release_below() gave it up. A vote leaves the node only after sync() (consensus/SPEC.md).
// A slot: u64 sequence ‖ u64 view ‖ u8 place in its batch ‖ u8 part ‖ u8 parts ‖ u8 size ‖ payload (at most
// kSlotPayloadMax) ‖ zeros ‖ u32 CRC-32C of all that; 256 bytes. A longer record is cut into parts, which stand in
// consecutive slots of one batch. A batch is what one sync covers: its last slots may be torn by a crash, earlier ones
// may not. The ring grows, into a file of twice the size that takes the old one's place, when its oldest slot is still
// needed. After a failed append() or sync() the journal may not be used again: the node stops.
#pragma once

#include "base/strong.h"
#include "storage/disk.h"

namespace touchstone::storage {

class VoteJournal {
  public:
    static constexpr std::size_t kSlotBytes = 256;
    static constexpr std::size_t kSlotPayloadMax = 232;
    // A longer batch is synced by append() on its own, so that the torn part of the ring is known to be short.
    static constexpr std::size_t kBatchMax = 20;
    // Takes a certificate of 100 validators.
    static constexpr std::size_t kPayloadMax = kBatchMax * kSlotPayloadMax;

    // `slots`: initial size of the ring. Errors: journal_corrupt names slots whose checksum fails although they are not
    // the torn last write: a validator that can not know its votes must not vote, so this is for the operator to
    // decide.
    static Result<std::unique_ptr<VoteJournal>> open(Disk& disk, std::size_t slots);
    virtual ~VoteJournal() = default;

    // Payloads found by open(), oldest first, without those released since.
    virtual const std::vector<Bytes>& recovered() const = 0;
    // Precondition: 1 to kPayloadMax bytes.
    [[nodiscard]] virtual Status append(View view, ByteView payload) = 0;
    [[nodiscard]] virtual Status sync() = 0;
    // Votes below `view` are not needed any more: their views are final. Kept in memory only: a later open() may answer
    // votes again that were released and whose slots were not used since.
    virtual void release_below(View view) = 0;
};

}  // namespace touchstone::storage
