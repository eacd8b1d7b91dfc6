#include "storage/state_checkpoint.h"

#include <algorithm>
#include <shared_mutex>

#include "base/codec.h"
#include "storage/crc32c.h"

namespace touchstone::storage {
namespace {

constexpr const char* kFileName = "tree.checkpoint";
constexpr const char* kNewFileName = "tree.checkpoint.new";
constexpr std::uint32_t kMagic = 0x54534350;  // "TSCP"
constexpr std::size_t kHeaderBytes = 20;
constexpr std::uint32_t kChunkBuckets = 8192;

std::size_t chunk_bytes(std::uint32_t buckets) { return buckets * Hash256::kSize + (buckets + 7) / 8; }

Bytes pack(const NodeTable& table, std::uint32_t first_bucket, std::uint32_t buckets) {
    Bytes chunk(chunk_bytes(buckets), 0);
    std::uint8_t* const bits = chunk.data() + buckets * Hash256::kSize;
    for (std::uint32_t i = 0; i < buckets; ++i) {
        const std::uint32_t node = table.bucket_node(first_bucket + i);
        std::copy_n(table.hash(node).bytes.data(), Hash256::kSize, chunk.data() + i * Hash256::kSize);
        if (table.single(node)) bits[i / 8] |= static_cast<std::uint8_t>(0x80 >> (i % 8));
    }
    return chunk;
}

void unpack(ByteView chunk, std::uint32_t first_bucket, std::uint32_t buckets, NodeTable& table) {
    const ByteView bits = chunk.subspan(buckets * Hash256::kSize);
    for (std::uint32_t i = 0; i < buckets; ++i) {
        const Hash256 hash = *Hash256::from_view(chunk.subspan(i * Hash256::kSize, Hash256::kSize));
        const bool single = (bits[i / 8] & (0x80 >> (i % 8))) != 0;
        // Empty buckets are not written to: their pages stay untouched.
        if (!hash.is_zero()) table.set(table.bucket_node(first_bucket + i), {hash, single});
    }
}

}  // namespace

Status CheckpointWriter::put(ByteView bytes) {
    checksum_ = crc32c(checksum_, bytes);
    Writer tail;
    tail.u32(checksum_);
    TRY(file_->write(offset_, bytes));
    TRY(file_->write(offset_ + bytes.size(), tail.bytes()));
    offset_ += bytes.size() + 4;
    return Ok{};
}

Result<std::unique_ptr<CheckpointWriter>> CheckpointWriter::copy(Disk& disk, const NodeTable& table, ReadGate& gate,
                                                                 Height label) {
    std::unique_ptr<CheckpointWriter> writer(new CheckpointWriter(disk));
    TRY_ASSIGN(writer->file_, disk.open(kNewFileName));
    TRY(writer->file_->truncate(0));
    Writer header;
    header.u32(kMagic).u32(table.depth()).u64(label.value);
    TRY(writer->put(header.bytes()));
    const std::uint32_t step = std::min(kChunkBuckets, table.bucket_count());
    for (std::uint32_t first = 0; first < table.bucket_count(); first += step) {
        Bytes chunk;
        {
            const std::shared_lock shared(gate);
            chunk = pack(table, first, step);
        }
        TRY(writer->put(chunk));
    }
    return writer;
}

Status CheckpointWriter::publish() {
    TRY(file_->sync());
    return disk_.rename(kNewFileName, kFileName);
}

Status CheckpointWriter::discard(Disk& disk) {
    if (disk.exists(kNewFileName)) TRY(disk.remove(kNewFileName));
    return Ok{};
}

Result<std::optional<Height>> load_checkpoint(Disk& disk, NodeTable& table) {
    const std::optional<Height> none;
    if (!disk.exists(kFileName)) return none;
    TRY_ASSIGN(const auto file, disk.open(kFileName));
    TRY_ASSIGN(const Bytes header, file->read(0, kHeaderBytes));
    Reader reader(header);
    const bool fits = reader.u32() == kMagic && reader.u32() == table.depth();
    const Height label(reader.u64());
    std::uint32_t checksum = crc32c(0, ByteView(header).first(std::min(header.size(), kHeaderBytes - 4)));
    if (!fits || reader.u32() != checksum || !reader.finished()) return none;
    const std::uint32_t step = std::min(kChunkBuckets, table.bucket_count());
    const std::size_t size = chunk_bytes(step);
    std::uint64_t offset = kHeaderBytes;
    for (std::uint32_t first = 0; first < table.bucket_count(); first += step) {
        TRY_ASSIGN(const Bytes chunk, file->read(offset, size + 4));
        if (chunk.size() != size + 4) return none;
        checksum = crc32c(checksum, ByteView(chunk).first(size));
        if (Reader(ByteView(chunk).subspan(size)).u32() != checksum) return none;
        unpack(ByteView(chunk).first(size), first, step, table);
        offset += size + 4;
    }
    return std::optional<Height>(label);
}

Status remove_checkpoint(Disk& disk) {
    TRY(CheckpointWriter::discard(disk));
    if (disk.exists(kFileName)) TRY(disk.remove(kFileName));
    return Ok{};
}

}  // namespace touchstone::storage
