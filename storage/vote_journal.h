// Which votes this validator has signed: a ring of checksummed slots in a preallocated file.
//
// Owns the file "votes". One thread. Invariant: what append() took and sync() confirmed is answered by the next open(),
// unless release_below() gave it up. A vote leaves the node only after sync() (consensus/SPEC.md).
// A slot: u64 sequence ‖ u64 view ‖ u16 size ‖ payload (at most kPayloadMax) ‖ zeros ‖ u32 CRC-32C; 256 bytes.
// The ring grows (by writing zeros and syncing) when every slot is still needed.
#pragma once

#include "base/strong.h"
#include "storage/disk.h"

namespace touchstone::storage {

class VoteJournal {
  public:
    static constexpr std::size_t kSlotBytes = 256;
    static constexpr std::size_t kPayloadMax = 234;

    // `slots`: initial size of the ring. Errors: journal_corrupt names slots whose checksum fails although they are not
    // the torn last write: a validator that can not know its votes must not vote, so this is for the operator to decide.
    static Result<std::unique_ptr<VoteJournal>> open(Disk& disk, std::size_t slots);
    virtual ~VoteJournal() = default;

    // Payloads found by open(), oldest first, without those released.
    virtual const std::vector<Bytes>& recovered() const = 0;
    [[nodiscard]] virtual Status append(View view, ByteView payload) = 0;
    [[nodiscard]] virtual Status sync() = 0;
    // Votes below `view` are not needed any more: their views are final.
    virtual void release_below(View view) = 0;
};

}  // namespace touchstone::storage
