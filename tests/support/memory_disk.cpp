#include "tests/support/memory_disk.h"

#include <algorithm>
#include <random>

namespace touchstone::test {
namespace {

struct Operation {
    bool truncates = false;
    std::uint64_t offset = 0;  // of a write; the new size of a truncation
    Bytes bytes;
};

void perform_write(Bytes& content, std::uint64_t offset, ByteView bytes) {
    if (bytes.empty()) return;
    if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), 0);
    std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
}

void perform(Bytes& content, const Operation& operation) {
    if (operation.truncates)
        content.resize(operation.offset, 0);
    else
        perform_write(content, operation.offset, operation.bytes);
}

std::uint64_t below(std::mt19937_64& random, std::uint64_t bound) { return bound == 0 ? 0 : random() % bound; }

// A torn write: the beginning reached the disk, or the end did, the file's length being extended all the same.
void perform_torn(Bytes& content, const Operation& operation, std::mt19937_64& random) {
    if (operation.truncates || operation.bytes.empty()) return;
    const std::size_t cut = below(random, operation.bytes.size() + 1);
    const ByteView bytes = operation.bytes;
    if (below(random, 2) == 0)
        perform_write(content, operation.offset, bytes.first(cut));
    else
        perform_write(content, operation.offset + cut, bytes.subspan(cut));
}

Bytes survive(Bytes content, const std::vector<Operation>& unsynced, std::mt19937_64& random) {
    if (below(random, 2) == 0) {
        const std::size_t kept = below(random, unsynced.size() + 1);
        for (std::size_t i = 0; i < kept; ++i) perform(content, unsynced[i]);
        if (kept < unsynced.size()) perform_torn(content, unsynced[kept], random);
        return content;
    }
    for (const Operation& operation : unsynced) {
        const std::uint64_t fate = below(random, 3);
        if (fate == 0) perform(content, operation);
        if (fate == 1) perform_torn(content, operation, random);
    }
    return content;
}

}  // namespace

struct MemoryDisk::Inode {
    Bytes durable;
    Bytes current;
    std::vector<Operation> unsynced;
};

class MemoryFile final : public storage::File {
  public:
    MemoryFile(MemoryDisk& disk, std::shared_ptr<MemoryDisk::Inode> inode, std::uint64_t epoch)
        : disk_(disk), inode_(std::move(inode)), epoch_(epoch) {}

    Result<Bytes> read(std::uint64_t offset, std::size_t size) const override {
        const std::lock_guard lock(disk_.mutex_);
        if (const auto dead = stale()) return *dead;
        const Bytes& content = inode_->current;
        if (offset >= content.size()) return Bytes{};
        const std::size_t taken = std::min<std::uint64_t>(size, content.size() - offset);
        return to_bytes(ByteView(content).subspan(offset, taken));
    }

    Status write(std::uint64_t offset, ByteView bytes) override {
        const std::lock_guard lock(disk_.mutex_);
        if (const auto dead = stale()) return *dead;
        if (const auto refused = disk_.refuse(MemoryDisk::Change::kTakesRoom)) return *refused;
        return keep({false, offset, to_bytes(bytes)});
    }

    Status sync() override {
        const std::lock_guard lock(disk_.mutex_);
        if (const auto dead = stale()) return *dead;
        if (const auto refused = disk_.refuse(MemoryDisk::Change::kOther)) return *refused;
        for (const Operation& operation : inode_->unsynced) perform(inode_->durable, operation);
        inode_->unsynced.clear();
        return Ok{};
    }

    Status truncate(std::uint64_t size) override {
        const std::lock_guard lock(disk_.mutex_);
        if (const auto dead = stale()) return *dead;
        if (const auto refused = disk_.refuse(MemoryDisk::Change::kOther)) return *refused;
        return keep({true, size, {}});
    }

    std::uint64_t size() const override {
        const std::lock_guard lock(disk_.mutex_);
        return inode_->current.size();
    }

  private:
    std::optional<Error> stale() const {
        if (epoch_ == disk_.epoch_) return std::nullopt;
        return Error{"disk_error", "this file was opened before the crash"};
    }
    Status keep(Operation operation) {
        perform(inode_->current, operation);
        inode_->unsynced.push_back(std::move(operation));
        return Ok{};
    }

    MemoryDisk& disk_;
    std::shared_ptr<MemoryDisk::Inode> inode_;
    std::uint64_t epoch_;
};

MemoryDisk::MemoryDisk() = default;
MemoryDisk::~MemoryDisk() = default;

std::optional<Error> MemoryDisk::refuse(Change change) {
    const bool spared = fail_code_ == "disk_full" && change == Change::kOther;
    if (operations_ >= fail_at_ && !spared) return Error{fail_code_, "the test's disk was told to fail"};
    ++operations_;
    return std::nullopt;
}

Result<std::unique_ptr<storage::File>> MemoryDisk::open(const std::string& name) {
    const std::lock_guard lock(mutex_);
    auto found = files_.find(name);
    if (found == files_.end()) {
        if (const auto refused = refuse(Change::kTakesRoom)) return *refused;
        found = files_.emplace(name, std::make_shared<Inode>()).first;
    }
    return std::unique_ptr<storage::File>(std::make_unique<MemoryFile>(*this, found->second, epoch_));
}

bool MemoryDisk::exists(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    return files_.contains(name);
}

std::vector<std::string> MemoryDisk::list() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, inode] : files_) names.push_back(name);
    return names;
}

Status MemoryDisk::remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (const auto refused = refuse(Change::kOther)) return *refused;
    if (files_.erase(name) == 0) return Error{"disk_error", "removing " + name + ": no such file"};
    return Ok{};
}

Status MemoryDisk::rename(const std::string& from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    if (const auto refused = refuse(Change::kOther)) return *refused;
    const auto found = files_.find(from);
    if (found == files_.end()) return Error{"disk_error", "renaming " + from + ": no such file"};
    const auto inode = found->second;
    files_.erase(found);
    files_[to] = inode;
    return Ok{};
}

void MemoryDisk::crash(std::uint64_t seed) {
    const std::lock_guard lock(mutex_);
    std::mt19937_64 random(seed);
    for (auto& [name, inode] : files_) {
        // A new inode: a file that was removed or opened before must not reach into the life after the crash.
        auto survivor = std::make_shared<Inode>();
        survivor->durable = survive(inode->durable, inode->unsynced, random);
        survivor->current = survivor->durable;
        inode = std::move(survivor);
    }
    ++epoch_;
}

void MemoryDisk::fail_after(std::uint64_t operations, std::string code) {
    const std::lock_guard lock(mutex_);
    fail_at_ = operations_ + operations;
    fail_code_ = std::move(code);
}

void MemoryDisk::heal() {
    const std::lock_guard lock(mutex_);
    fail_at_ = UINT64_MAX;
}

std::uint64_t MemoryDisk::operations() const {
    const std::lock_guard lock(mutex_);
    return operations_;
}

Bytes MemoryDisk::content(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(name);
    return found == files_.end() ? Bytes{} : found->second->current;
}

void MemoryDisk::set_content(const std::string& name, Bytes bytes) {
    const std::lock_guard lock(mutex_);
    auto inode = std::make_shared<Inode>();
    inode->durable = std::move(bytes);
    inode->current = inode->durable;
    files_[name] = std::move(inode);
}

}  // namespace touchstone::test
