// The file "tree.checkpoint": the buckets' hashes and single bits, so that a start need not read every record. Inner to
// storage.
//
// Layout: u32 magic ‖ u32 bucket depth ‖ u64 height ‖ u32 CRC-32C of that; then for each chunk of kChunkBuckets (or
// all, if fewer) buckets: the hashes, one bit each (most significant first), u32 CRC-32C of the chunk, started from the
// checksum before it.
// It is fuzzy: chunks are copied while commits go on, so a bucket has its value of some height between the one in the
// header and the one at the end of copying. It becomes valid, by its rename, only when the store is flushed as far as
// the latter; every bucket touched at or after the header's height is on a touched list and is read anew on open.
#pragma once

#include "base/strong.h"
#include "storage/disk.h"
#include "storage/node_table.h"
#include "storage/read_gate.h"

namespace touchstone::storage {

class CheckpointWriter {
  public:
    // Copies the buckets of `table` chunk by chunk, each under `gate` held shared, into a temporary file.
    static Result<std::unique_ptr<CheckpointWriter>> copy(Disk& disk, const NodeTable& table, ReadGate& gate,
                                                          Height label);
    // Makes it the checkpoint. Precondition: the store is flushed to the height at which copy() returned.
    Status publish();
    static Status discard(Disk& disk);

  private:
    explicit CheckpointWriter(Disk& disk) : disk_(disk) {}
    Status put(ByteView bytes);

    Disk& disk_;
    std::unique_ptr<File> file_;
    std::uint64_t offset_ = 0;
    std::uint32_t checksum_ = 0;
};

// Fills the buckets of `table`; the height in the header, or nullopt when there is no checkpoint that is intact and of
// this table's depth (the table's buckets are undefined then).
Result<std::optional<Height>> load_checkpoint(Disk& disk, NodeTable& table);

// Removes the checkpoint, if there is one.
Status remove_checkpoint(Disk& disk);

}  // namespace touchstone::storage
