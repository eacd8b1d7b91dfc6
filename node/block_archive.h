// The final blocks in a node's block log, for a reader that only looks: the node may be running meanwhile.
//
// Owns nothing of the folder and writes nothing into it. Reads the finalizations once, and bodies when they are asked
// for. One thread. What a record that is torn or damaged means depends on what follows: heights that are missing below
// the last one are faults when they are read; finalizations without a certificate that are the very last records are a
// commit that was cut off, and are left out.
#pragma once

#include <vector>

#include "node/block_store.h"

namespace touchstone::node {

class BlockArchive {
  public:
    struct Block {
        Bytes body;
        Bytes certificate;  // empty: a later block's covers it
    };

    // `log`, from BlockLog::open_to_read, outlives the archive. Error: disk_error.
    static Result<BlockArchive> open(const storage::BlockLog& log);

    // The last final height, 0 when there is none.
    Height last() const { return Height(entries_.size()); }
    // Finalizations above it that were left out.
    std::uint64_t cut_off() const { return cut_off_; }
    // Places in the log that hold no intact record, for people.
    const std::vector<std::string>& damage() const { return damage_; }

    // Precondition: 0 < height <= last(). Errors: log_corrupt (says which record, and where), disk_error.
    Result<Block> read(Height height);

  private:
    explicit BlockArchive(const storage::BlockLog& log) : log_(&log) {}
    struct Entry {
        std::optional<storage::LogPlace> finalization;
        bool certified = false;
    };
    [[nodiscard]] Status index();
    void add(const storage::LogRecord& record);
    bool has_gap() const;
    void leave_out_cut_off();
    Result<Bytes> body_of(const FinalRecord& record);
    [[nodiscard]] Status index_bodies();
    Error missing(Height height, const std::string& what) const;

    const storage::BlockLog* log_;
    std::vector<Entry> entries_;         // [0] is height 1
    std::uint64_t uncertified_run_ = 0;  // finalizations without certificate since the last other record
    std::uint64_t cut_off_ = 0;
    std::vector<std::string> damage_;
    // Where bodies stand that are not where their finalization says: made when the first of them is met.
    std::optional<std::unordered_map<Hash256, storage::LogPlace>> bodies_;
};

}  // namespace touchstone::node
