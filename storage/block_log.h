// Append-only log of typed records in segment files: block bodies before they are voted for, and finalizations.
//
// Owns the files blocks-NNNNNNNN.log of one Disk. One thread appends; any thread may read what was appended before.
// Invariants: a record is read back whole or not at all (CRC-32C per record); open() cuts a torn or corrupt tail of the
// last segment and says so; corruption below the tail is reported when it is read, and is repaired by writing the
// record again elsewhere (the caller keeps the index of places).
//
// Record: u32 magic ‖ u32 payload size ‖ u8 kind ‖ u32 CRC-32C over segment, offset, size, kind and payload ‖ payload.
// The place is under the checksum, so that a payload that imitates a record, or a record that was written elsewhere,
// is never taken for one. Segments are preallocated with zeros, so that a sync does not have to move the end of the
// file (149 µs against 295 µs); zero magic is the end of a segment. A segment is synced before the next one begins:
// only the last one can have a torn tail.
#pragma once

#include <functional>
#include <optional>

#include "storage/disk.h"

namespace touchstone::storage {

// Where a record stands. Ordered by age.
struct LogPlace {
    std::uint32_t segment = 0;
    std::uint32_t offset = 0;
    auto operator<=>(const LogPlace&) const = default;
};

struct LogRecord {
    LogPlace place;
    std::uint8_t kind = 0;
    Bytes payload;
};

struct BlockLogOptions {
    std::size_t segment_bytes;      // a larger record gets a segment of its own
    std::size_t preallocate_bytes;  // zeros written ahead, in steps of this size; 0 for none (tests)
};

class BlockLog {
  public:
    struct OpenReport {
        std::uint64_t bytes_cut = 0;  // torn or corrupt tail that open() removed
        // Of the segment that is appended to, which is read whole: intact records follow a corrupt one.
        std::optional<std::uint32_t> damaged_segment;
    };

    // What a record takes beside its payload.
    static constexpr std::size_t kRecordHeadBytes = 13;

    static Result<std::unique_ptr<BlockLog>> open(Disk& disk, const BlockLogOptions& options, OpenReport* report);
    // For read(), scan() and size_bytes() alone: cuts no tail, makes no file, syncs nothing. Another process may be
    // appending; what it appends to the segments that are there now is seen.
    static Result<std::unique_ptr<BlockLog>> open_to_read(Disk& disk);
    virtual ~BlockLog() = default;

    // In memory and in the file's cache until sync(). Errors: disk_full (nothing was appended), disk_error.
    virtual Result<LogPlace> append(std::uint8_t kind, ByteView payload) = 0;
    [[nodiscard]] virtual Status sync() = 0;
    // Errors: log_corrupt, log_pruned, disk_error.
    virtual Result<LogRecord> read(LogPlace place) const = 0;
    // Every intact record from `from` on, in order, until the end or until `visit` answers false.
    [[nodiscard]] virtual Status scan(LogPlace from, const std::function<bool(const LogRecord&)>& visit) const = 0;
    // Removes whole segments that lie before `place`; answers the bytes given back.
    virtual Result<std::uint64_t> prune_before(LogPlace place) = 0;
    virtual std::uint64_t size_bytes() const = 0;
};

}  // namespace touchstone::storage
