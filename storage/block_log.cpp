#include "storage/block_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <map>
#include <mutex>

#include "base/codec.h"
#include "storage/crc32c.h"

namespace touchstone::storage {
namespace {

constexpr std::uint32_t kMagic = 0x5453424c;  // "TSBL"
constexpr std::size_t kHeaderBytes = BlockLog::kRecordHeadBytes;
constexpr std::string_view kPrefix = "blocks-";
constexpr std::string_view kSuffix = ".log";

std::string segment_name(std::uint32_t segment) { return fmt::format("{}{:08}{}", kPrefix, segment, kSuffix); }

std::optional<std::uint32_t> segment_number(std::string_view name) {
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
    name.remove_prefix(kPrefix.size());
    name.remove_suffix(kSuffix.size());
    std::uint32_t number = 0;
    const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (fault != std::errc() || end != name.data() + name.size() || name.size() < 8) return std::nullopt;
    return number;
}

struct Header {
    std::uint32_t magic = 0;
    std::uint32_t size = 0;
    std::uint8_t kind = 0;
    std::uint32_t checksum = 0;
};

Header parse_header(ByteView bytes) {
    Reader reader(bytes);
    Header header;
    header.magic = reader.u32();
    header.size = reader.u32();
    header.kind = reader.u8();
    header.checksum = reader.u32();
    return header;
}

std::uint32_t checksum_of(LogPlace place, std::uint8_t kind, ByteView payload) {
    Writer covered;
    covered.u32(place.segment).u32(place.offset).u32(static_cast<std::uint32_t>(payload.size())).u8(kind);
    return crc32c(crc32c(0, covered.bytes()), payload);
}

Bytes encode(LogPlace place, std::uint8_t kind, ByteView payload) {
    Writer writer;
    writer.reserve(kHeaderBytes + payload.size());
    writer.u32(kMagic).u32(static_cast<std::uint32_t>(payload.size())).u8(kind);
    writer.u32(checksum_of(place, kind, payload)).raw(payload);
    return std::move(writer).take();
}

// One segment in memory, for scanning.
class SegmentImage {
  public:
    SegmentImage(std::uint32_t segment, Bytes bytes) : segment_(segment), bytes_(std::move(bytes)) {
        while (used_ > 0 && bytes_[used_ - 1] == 0) --used_;
    }

    // End of the last byte that is not zero.
    std::size_t used() const { return used_; }

    // The first intact record at `offset` or after it. What lies between is damage: it is skipped by the size that the
    // damaged header names if an intact record follows there, and byte by byte otherwise.
    std::optional<LogRecord> next(std::size_t offset) const {
        for (std::size_t at = offset; at < used_;) {
            if (auto record = parse(at)) return record;
            if (const auto skipped = parse(after_damaged(at))) return skipped;
            at = find_magic(at + 1);
        }
        return std::nullopt;
    }

  private:
    std::optional<LogRecord> parse(std::size_t at) const {
        if (at >= bytes_.size() || bytes_.size() - at < kHeaderBytes) return std::nullopt;
        const Header header = parse_header(ByteView(bytes_).subspan(at, kHeaderBytes));
        if (header.magic != kMagic || header.size > bytes_.size() - at - kHeaderBytes) return std::nullopt;
        const ByteView payload = ByteView(bytes_).subspan(at + kHeaderBytes, header.size);
        const LogPlace place{segment_, static_cast<std::uint32_t>(at)};
        if (header.checksum != checksum_of(place, header.kind, payload)) return std::nullopt;
        return LogRecord{place, header.kind, to_bytes(payload)};
    }

    std::size_t after_damaged(std::size_t at) const {
        if (bytes_.size() - at < kHeaderBytes) return bytes_.size();
        const Header header = parse_header(ByteView(bytes_).subspan(at, kHeaderBytes));
        return header.magic == kMagic ? at + kHeaderBytes + header.size : bytes_.size();
    }

    std::size_t find_magic(std::size_t from) const {
        constexpr std::array<std::uint8_t, 4> kMagicBytes = {0x54, 0x53, 0x42, 0x4c};
        const auto begin = bytes_.begin();
        const auto found =
            std::search(begin + static_cast<std::ptrdiff_t>(std::min(from, used_)),
                        begin + static_cast<std::ptrdiff_t>(used_), kMagicBytes.begin(), kMagicBytes.end());
        return static_cast<std::size_t>(found - begin);
    }

    std::uint32_t segment_;
    Bytes bytes_;
    std::size_t used_ = bytes_.size();
};

class SegmentedLog final : public BlockLog {
  public:
    SegmentedLog(Disk& disk, const BlockLogOptions& options) : disk_(disk), options_(options) {}

    // All that a log for reading needs.
    Status find_segments() {
        for (const std::string& name : disk_.list())
            if (const auto number = segment_number(name)) sizes_[*number] = 0;
        for (auto& [number, size] : sizes_) {
            TRY_ASSIGN(const auto file, disk_.open(segment_name(number)));
            size = file->size();
        }
        if (!sizes_.empty()) first_ = sizes_.begin()->first;
        return Ok{};
    }

    Status start(OpenReport& report) {
        report = {};
        TRY(find_segments());
        if (sizes_.empty()) sizes_[0] = 0;
        first_ = sizes_.begin()->first;
        active_ = sizes_.rbegin()->first;
        TRY_ASSIGN(file_, disk_.open(segment_name(active_)));
        return cut_tail(report);
    }

    Result<LogPlace> append(std::uint8_t kind, ByteView payload) override {
        INVARIANT(file_ != nullptr);
        const std::size_t total = kHeaderBytes + payload.size();
        INVARIANT(payload.size() <= UINT32_MAX - kHeaderBytes);
        if (tail_ > 0 && tail_ + total > options_.segment_bytes) TRY(roll());
        TRY(preallocate(tail_ + total));
        const LogPlace place{active_, static_cast<std::uint32_t>(tail_)};
        if (const Status written = file_->write(tail_, encode(place, kind, payload)); !written.ok()) {
            // Part of it may have been written. If cutting fails as well, the next append or the next open() will do.
            (void)file_->truncate(tail_);
            note_size();
            return written.error();
        }
        tail_ += total;
        unsynced_ = true;
        note_size();
        return place;
    }

    Status sync() override {
        if (!unsynced_) return Ok{};
        TRY(file_->sync());
        unsynced_ = false;
        return Ok{};
    }

    Result<LogRecord> read(LogPlace place) const override {
        const std::lock_guard lock(mutex_);
        if (place.segment < first_)
            return Error{"log_pruned", fmt::format("segment {} of the block log was pruned", place.segment)};
        if (!sizes_.contains(place.segment)) return corrupt(place, "its segment is missing");
        TRY_ASSIGN(const File* const file, reader(place.segment));
        TRY_ASSIGN(const Bytes head, file->read(place.offset, kHeaderBytes));
        if (head.size() < kHeaderBytes) return corrupt(place, "the file ends before it");
        const Header header = parse_header(head);
        if (header.magic != kMagic) return corrupt(place, "no record begins here");
        // Checked before memory is taken for it: a damaged size may say anything.
        if (header.size > file->size() - place.offset - kHeaderBytes) return corrupt(place, "the file ends within it");
        TRY_ASSIGN(Bytes payload, file->read(place.offset + kHeaderBytes, header.size));
        if (payload.size() != header.size) return corrupt(place, "the file ends within it");
        if (header.checksum != checksum_of(place, header.kind, payload)) return corrupt(place, "its checksum is wrong");
        return LogRecord{place, header.kind, std::move(payload)};
    }

    Status scan(LogPlace from, const std::function<bool(const LogRecord&)>& visit) const override {
        std::vector<std::uint32_t> segments;
        {
            const std::lock_guard lock(mutex_);
            for (const auto& [number, size] : sizes_)
                if (number >= from.segment) segments.push_back(number);
        }
        for (const std::uint32_t segment : segments) {
            TRY_ASSIGN(const SegmentImage image, load(segment));
            std::size_t at = segment == from.segment ? from.offset : 0;
            while (const auto record = image.next(at)) {
                if (!visit(*record)) return Ok{};
                at = record->place.offset + kHeaderBytes + record->payload.size();
            }
        }
        return Ok{};
    }

    Result<std::uint64_t> prune_before(LogPlace place) override {
        std::uint64_t freed = 0;
        const std::lock_guard lock(mutex_);
        // Oldest first: a crash on the way leaves no hole.
        while (first_ < place.segment && first_ < active_) {
            readers_.erase(first_);
            TRY(disk_.remove(segment_name(first_)));
            freed += sizes_[first_];
            sizes_.erase(first_);
            first_ = sizes_.begin()->first;
        }
        return freed;
    }

    std::uint64_t size_bytes() const override {
        const std::lock_guard lock(mutex_);
        std::uint64_t sum = 0;
        for (const auto& [number, size] : sizes_) sum += size;
        return sum;
    }

  private:
    static Error corrupt(LogPlace place, std::string_view what) {
        return {"log_corrupt", fmt::format("the block log's record at {}:{} is damaged: {}; fetch it again from a peer",
                                           place.segment, place.offset, what)};
    }

    Status cut_tail(OpenReport& report) {
        TRY_ASSIGN(const SegmentImage image, load(active_));
        while (const auto record = image.next(tail_)) {
            if (record->place.offset > tail_) report.damaged_segment = active_;
            tail_ = record->place.offset + kHeaderBytes + record->payload.size();
        }
        if (image.used() > tail_) {
            report.bytes_cut = image.used() - tail_;
            TRY(file_->truncate(tail_));
        }
        // Also for what the last process wrote without a sync: the caller will rely on what it reads here.
        TRY(file_->sync());
        note_size();
        return Ok{};
    }

    Status roll() {
        TRY(file_->truncate(tail_));
        TRY(file_->sync());
        note_size();
        unsynced_ = false;
        TRY_ASSIGN(file_, disk_.open(segment_name(active_ + 1)));
        const std::lock_guard lock(mutex_);
        ++active_;
        sizes_[active_] = 0;
        tail_ = 0;
        return Ok{};
    }

    Status preallocate(std::uint64_t end) {
        const std::uint64_t have = file_->size();
        if (options_.preallocate_bytes == 0 || end <= have) return Ok{};
        const std::uint64_t step = options_.preallocate_bytes;
        // Not past the end of the segment, unless the record itself goes there.
        const std::uint64_t want =
            std::max(end, std::min<std::uint64_t>((end + step - 1) / step * step, options_.segment_bytes));
        if (const Status written = file_->write(have, Bytes(static_cast<std::size_t>(want - have), 0)); !written.ok()) {
            (void)file_->truncate(have);
            return written.error();
        }
        return Ok{};
    }

    void note_size() {
        const std::lock_guard lock(mutex_);
        sizes_[active_] = file_->size();
    }

    // Readers have file handles of their own: the appending thread's is its alone. Precondition: mutex_ held.
    Result<const File*> reader(std::uint32_t segment) const {
        auto& file = readers_[segment];
        if (!file) {
            auto opened = disk_.open(segment_name(segment));
            if (!opened.ok()) return opened.error();
            file = *std::move(opened);
        }
        return static_cast<const File*>(file.get());
    }

    Result<SegmentImage> load(std::uint32_t segment) const {
        const std::lock_guard lock(mutex_);
        // Pruned since the scan began.
        if (!sizes_.contains(segment)) return SegmentImage(segment, {});
        TRY_ASSIGN(const File* const file, reader(segment));
        TRY_ASSIGN(Bytes bytes, file->read(0, static_cast<std::size_t>(file->size())));
        return SegmentImage(segment, std::move(bytes));
    }

    Disk& disk_;
    const BlockLogOptions options_;
    std::unique_ptr<File> file_;  // of the active segment; the appending thread's
    std::uint64_t tail_ = 0;      // where the next record goes
    bool unsynced_ = false;

    mutable std::mutex mutex_;  // guards what follows; never held across a sync
    std::map<std::uint32_t, std::uint64_t> sizes_;
    mutable std::map<std::uint32_t, std::unique_ptr<File>> readers_;
    std::uint32_t first_ = 0;
    std::uint32_t active_ = 0;
};

}  // namespace

Result<std::unique_ptr<BlockLog>> BlockLog::open(Disk& disk, const BlockLogOptions& options, OpenReport* report) {
    auto log = std::make_unique<SegmentedLog>(disk, options);
    OpenReport ignored;
    TRY(log->start(report != nullptr ? *report : ignored));
    return std::unique_ptr<BlockLog>(std::move(log));
}

Result<std::unique_ptr<BlockLog>> BlockLog::open_to_read(Disk& disk) {
    auto log = std::make_unique<SegmentedLog>(disk, BlockLogOptions{0, 0});
    TRY(log->find_segments());
    return std::unique_ptr<BlockLog>(std::move(log));
}

}  // namespace touchstone::storage
