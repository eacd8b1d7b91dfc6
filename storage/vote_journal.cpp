// Invariants, held by open() and kept by append():
//   - the slot with sequence s stands at position s mod (number of slots), and sequences have no gaps;
//   - of the highest sequence S found, every sequence in (S - slots, first of S's batch) is intact: only what was
//     appended since the last confirmed sync can be torn, and that is at most kBatchMax slots;
//   - every other slot is zeros.
// A torn batch is repaired by open() (void slots take the place of what was lost) before anything is appended.
#include "storage/vote_journal.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/codec.h"
#include "storage/crc32c.h"

namespace touchstone::storage {
namespace {

constexpr const char* kFileName = "votes";
constexpr const char* kNewFileName = "votes.new";
constexpr std::size_t kSlotBytes = VoteJournal::kSlotBytes;
constexpr std::uint64_t kBatchMax = VoteJournal::kBatchMax;
constexpr std::size_t kSlotsMin = 4 * kBatchMax;

struct Slot {
    std::uint64_t sequence = 0;  // from 1; 0 is a slot that was never written
    View view;
    std::uint8_t place_in_batch = 0;
    std::uint8_t part = 0;
    std::uint8_t parts = 0;
    Bytes payload;  // empty: void
};

Bytes encode(const Slot& slot) {
    Writer writer;
    writer.reserve(kSlotBytes);
    writer.u64(slot.sequence).u64(slot.view.value).u8(slot.place_in_batch);
    writer.u8(slot.part).u8(slot.parts).u8(static_cast<std::uint8_t>(slot.payload.size())).raw(slot.payload);
    writer.raw(Bytes(VoteJournal::kSlotPayloadMax - slot.payload.size(), 0));
    const std::uint32_t checksum = crc32c(0, writer.bytes());
    writer.u32(checksum);
    return std::move(writer).take();
}

bool is_zeros(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

// nullopt when the slot is damaged; sequence 0 when it was never written.
std::optional<Slot> decode(ByteView bytes) {
    if (is_zeros(bytes)) return Slot{};
    Reader reader(bytes);
    Slot slot;
    slot.sequence = reader.u64();
    slot.view = View(reader.u64());
    slot.place_in_batch = reader.u8();
    slot.part = reader.u8();
    slot.parts = reader.u8();
    const std::size_t size = reader.u8();
    if (size > VoteJournal::kSlotPayloadMax || slot.sequence == 0) return std::nullopt;
    slot.payload = to_bytes(reader.raw(size));
    if (!is_zeros(reader.raw(VoteJournal::kSlotPayloadMax - size))) return std::nullopt;
    if (reader.u32() != crc32c(0, bytes.first(kSlotBytes - 4)) || !reader.finished()) return std::nullopt;
    return slot;
}

Slot void_slot(std::uint64_t sequence) { return {sequence, View(0), 0, 0, 0, {}}; }

Error corrupt(const std::string& what) {
    return {"journal_corrupt",
            fmt::format("the vote journal is damaged: {}. This validator can not know what it has voted for; restore "
                        "the file \"{}\" as it was last, or retire this validator's key and join with a new one",
                        what, kFileName)};
}

class RingJournal final : public VoteJournal {
  public:
    explicit RingJournal(Disk& disk) : disk_(disk) {}

    Status start(std::size_t slots) {
        if (disk_.exists(kNewFileName)) TRY(disk_.remove(kNewFileName));
        if (!disk_.exists(kFileName)) {
            ring_.resize(std::max(slots, kSlotsMin));
            TRY(replace_file());
        }
        TRY_ASSIGN(file_, disk_.open(kFileName));
        TRY(load());
        TRY(repair());
        // What the last process wrote may still be on its way to the disk, although it reads back.
        TRY(file_->sync());
        collect_recovered();
        return Ok{};
    }

    const std::vector<Bytes>& recovered() const override { return recovered_; }

    Status append(View view, ByteView payload) override {
        INVARIANT(!payload.empty() && payload.size() <= kPayloadMax);
        const std::size_t parts = (payload.size() + kSlotPayloadMax - 1) / kSlotPayloadMax;
        // All parts of a record are in one batch: a crash leaves the whole record or none that counts.
        if (batch_size_ + parts > kBatchMax) TRY(sync());
        if (!room_for(parts)) TRY(grow());
        for (std::size_t part = 0; part < parts; ++part) {
            const ByteView rest = payload.subspan(part * kSlotPayloadMax);
            TRY(append_slot({next_, view, static_cast<std::uint8_t>(batch_size_), static_cast<std::uint8_t>(part),
                             static_cast<std::uint8_t>(parts),
                             to_bytes(rest.first(std::min(rest.size(), kSlotPayloadMax)))}));
        }
        return Ok{};
    }

    Status sync() override {
        if (batch_size_ == 0) return Ok{};
        TRY(file_->sync());
        batch_size_ = 0;
        return Ok{};
    }

    void release_below(View view) override {
        if (view <= floor_) return;
        floor_ = view;
        collect_recovered();
    }

  private:
    std::size_t position(std::uint64_t sequence) const { return static_cast<std::size_t>(sequence % ring_.size()); }
    // Lowest sequence that the ring has room for when `last_` is the highest.
    std::uint64_t oldest() const { return last_found_ >= ring_.size() ? last_found_ - ring_.size() + 1 : 1; }
    bool needed(const Slot& slot) const { return !slot.payload.empty() && slot.view >= floor_; }

    bool room_for(std::size_t parts) const {
        for (std::size_t part = 0; part < parts; ++part)
            if (needed(ring_[position(next_ + part)])) return false;
        return true;
    }

    Status append_slot(Slot slot) {
        TRY(write(slot));
        ring_[position(next_)] = std::move(slot);
        ++next_;
        ++batch_size_;
        return Ok{};
    }

    Status write(const Slot& slot) { return file_->write(position(slot.sequence) * kSlotBytes, encode(slot)); }

    // Reads all slots into ring_ and damaged_.
    Status load() {
        const std::uint64_t size = file_->size();
        if (size == 0 || size % kSlotBytes != 0) return corrupt(fmt::format("its size is {} bytes", size));
        TRY_ASSIGN(const Bytes bytes, file_->read(0, static_cast<std::size_t>(size)));
        if (bytes.size() != size) return corrupt("it can not be read to its end");
        ring_.assign(bytes.size() / kSlotBytes, Slot{});
        damaged_.assign(ring_.size(), false);
        for (std::size_t i = 0; i < ring_.size(); ++i) {
            auto slot = decode(ByteView(bytes).subspan(i * kSlotBytes, kSlotBytes));
            const bool misplaced = slot && slot->sequence != 0 && position(slot->sequence) != i;
            if (misplaced) return corrupt(fmt::format("slot {} holds a vote of another place", i));
            damaged_[i] = !slot;
            if (slot) ring_[i] = std::move(*slot);
            last_found_ = std::max(last_found_, ring_[i].sequence);
        }
        next_ = last_found_ + 1;
        return Ok{};
    }

    // Refuses damage outside the last batch and outside what may have been under way after it; mends the rest.
    Status repair() {
        const std::uint64_t batch_start =
            last_found_ == 0 ? 1 : last_found_ - ring_[position(last_found_)].place_in_batch;
        for (std::uint64_t sequence = oldest(); sequence <= last_found_; ++sequence) {
            const std::size_t at = position(sequence);
            if (!damaged_[at] && ring_[at].sequence == sequence) continue;
            // Its successor in this place may have been under way: the next loop's.
            if (damaged_[at] && sequence + ring_.size() <= last_found_ + kBatchMax) continue;
            if (sequence < batch_start)
                return corrupt(fmt::format("slot {} does not hold vote {}, which had been synced", at, sequence));
            TRY(mend(void_slot(sequence)));
        }
        for (std::uint64_t ahead = 1; ahead <= kBatchMax; ++ahead) {
            const std::uint64_t sequence = last_found_ + ahead;
            if (!damaged_[position(sequence)]) continue;
            // The write that was torn is given up; the place gets back the sequence that it held before it.
            if (sequence > ring_.size())
                TRY(mend(void_slot(sequence - ring_.size())));
            else
                TRY(clear(position(sequence)));
        }
        for (std::size_t i = 0; i < ring_.size(); ++i)
            if (damaged_[i]) return corrupt(fmt::format("the checksum of slot {} is wrong", i));
        return Ok{};
    }

    Status mend(Slot slot) {
        TRY(write(slot));
        const std::size_t at = position(slot.sequence);
        damaged_[at] = false;
        ring_[at] = std::move(slot);
        return Ok{};
    }

    Status clear(std::size_t at) {
        TRY(file_->write(at * kSlotBytes, Bytes(kSlotBytes, 0)));
        damaged_[at] = false;
        ring_[at] = Slot{};
        return Ok{};
    }

    void collect_recovered() {
        recovered_.clear();
        if (last_found_ == 0) return;
        for (std::uint64_t sequence = oldest(); sequence <= last_found_; ++sequence) {
            const Slot& slot = ring_[position(sequence)];
            if (slot.sequence != sequence || !needed(slot) || slot.part != 0) continue;
            if (auto record = joined(sequence)) recovered_.push_back(*std::move(record));
        }
    }

    // nullopt when a part of the record is missing: it was torn, or its end is about to be written over.
    std::optional<Bytes> joined(std::uint64_t first) const {
        const std::uint8_t parts = ring_[position(first)].parts;
        Bytes record;
        for (std::uint8_t part = 0; part < parts; ++part) {
            const Slot& slot = ring_[position(first + part)];
            if (slot.sequence != first + part || slot.part != part || slot.parts != parts) return std::nullopt;
            touchstone::append(record, slot.payload);
        }
        return record;
    }

    // Twice the slots, in a new file that takes the old one's place: no crash can leave half a ring.
    Status grow() {
        TRY(sync());
        std::vector<Slot> old = std::move(ring_);
        ring_.assign(old.size() * 2, Slot{});
        const std::uint64_t last = next_ - 1;
        for (std::uint64_t sequence = last > ring_.size() ? last - ring_.size() + 1 : 1; sequence <= last; ++sequence) {
            Slot& from = old[static_cast<std::size_t>(sequence % old.size())];
            ring_[position(sequence)] = from.sequence == sequence ? std::move(from) : void_slot(sequence);
        }
        TRY(replace_file());
        TRY_ASSIGN(file_, disk_.open(kFileName));
        return Ok{};
    }

    Status replace_file() {
        Bytes bytes;
        bytes.reserve(ring_.size() * kSlotBytes);
        for (const Slot& slot : ring_)
            touchstone::append(bytes, slot.sequence == 0 ? Bytes(kSlotBytes, 0) : encode(slot));
        TRY_ASSIGN(const auto file, disk_.open(kNewFileName));
        TRY(file->truncate(0));
        TRY(file->write(0, bytes));
        TRY(file->sync());
        return disk_.rename(kNewFileName, kFileName);
    }

    Disk& disk_;
    std::unique_ptr<File> file_;
    std::vector<Slot> ring_;
    std::vector<bool> damaged_;
    std::vector<Bytes> recovered_;
    std::uint64_t last_found_ = 0;  // highest sequence that open() found
    std::uint64_t next_ = 1;
    std::uint64_t batch_size_ = 0;  // appended since the last sync
    View floor_;
};

}  // namespace

Result<std::unique_ptr<VoteJournal>> VoteJournal::open(Disk& disk, std::size_t slots) {
    auto journal = std::make_unique<RingJournal>(disk);
    TRY(journal->start(slots));
    return std::unique_ptr<VoteJournal>(std::move(journal));
}

}  // namespace touchstone::storage
