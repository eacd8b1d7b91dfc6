#include "node/app/vault.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <map>
#include <set>

#include "base/codec.h"
#include "ledger/identifiers/gs1.h"
#include "ledger/records/records.h"

namespace touchstone::node {
namespace {

namespace fs = std::filesystem;
using rpc::VaultDocument;
using rpc::VaultEntry;
using rpc::VaultItem;

constexpr crypto::SecretFileForm kKeyForm{"touchstone-vault 1", "vault", "A node whose vault is enabled makes one."};
constexpr std::size_t kItemBytes = 128;
constexpr std::size_t kSequenceBytes = 8;

Bytes number_bytes(std::uint64_t value) { return std::move(Writer{}.u64(value)).take(); }

Bytes counts_name() { return {'m'}; }
Bytes numbered(char kind, std::uint64_t sequence) {
    return std::move(Writer{}.u8(static_cast<std::uint8_t>(kind)).u64(sequence)).take();
}
Bytes named(char kind, const Hash256& name) {
    return std::move(Writer{}.u8(static_cast<std::uint8_t>(kind)).hash(name)).take();
}

Error tampered(std::string_view what) {
    return {"vault_tampered",
            fmt::format("the vault is not as it was written: {}. Restore the folder `vault` from a backup, and find "
                        "out who had the disk.",
                        what)};
}

// The store's advice is for stores that can be made again; a vault can not.
Error of_store(const Error& error) {
    if (error.code == "kv_locked")
        return {"vault_locked", "another process has the vault open; stop it first: " + error.message};
    if (error.code == "kv_corrupt") return tampered("its store is damaged");
    return {"vault_io", "the vault can not be read or written; check the disk: " + error.message};
}

Error of_key_file(const Error& error) {
    if (error.code == "key_file_passphrase")
        return {"vault_passphrase", error.message +
                                        ". Give the right one in TOUCHSTONE_VAULT_PASSPHRASE, or in the "
                                        "file that vault.passphrase_file names."};
    return {"vault_" + error.code.substr(std::string_view("key_file_").size()), error.message};
}

Hash256 key_of(const VaultItem& item) {
    return ledger::item_key(item.gtin14, ledger::serial_commitment(item.gtin14, item.serial));
}

Bytes encode(const VaultEntry& entry) {
    Writer writer;
    writer.hash(entry.key).string(entry.item.gtin14).string(entry.item.serial).string(entry.item.lot);
    writer.u64(entry.first_seen.ms);
    Bytes bytes = std::move(writer).take();
    INVARIANT(bytes.size() <= kItemBytes);
    bytes.resize(kItemBytes);
    return bytes;
}

std::optional<VaultEntry> decode_entry(ByteView bytes) {
    Reader reader(bytes);
    VaultEntry entry;
    entry.key = reader.hash();
    entry.item.gtin14 = reader.string();
    entry.item.serial = reader.string();
    entry.item.lot = reader.string();
    entry.first_seen = WallTime{reader.u64()};
    const bool whole = reader.ok() && bytes.size() == kItemBytes && entry.key == key_of(entry.item);
    return whole ? std::optional(std::move(entry)) : std::nullopt;
}

Status check(const VaultItem& item) {
    if (!ledger::is_gtin14(item.gtin14) || !ledger::is_serial(item.serial) ||
        (!item.lot.empty() && !ledger::is_lot(item.lot)))
        return Error{"vault_record",
                     "an item for the vault has a GTIN of 14 digits, a serial and perhaps a lot, as GS1 "
                     "defines them; nothing was kept"};
    return Ok{};
}

Status make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error || ::chmod(folder.c_str(), 0700) != 0)
        return Error{"vault_io", fmt::format("can not make the folder {}: {}", folder.string(), error.message())};
    return Ok{};
}

Result<crypto::SecretFileBytes> data_key_of(const fs::path& folder, crypto::SecretFileLock lock) {
    const fs::path file = folder / "vault.key";
    std::error_code error;
    if (!fs::exists(file, error)) {
        if (fs::exists(folder / "records", error))
            return Error{"vault_key_missing",
                         fmt::format("{} is gone, and without it nobody can read {}. Restore it from a backup.",
                                     file.string(), (folder / "records").string())};
        crypto::SecretFile made;
        crypto::random_bytes(made.secret.bytes);
        made.clear = crypto::SealingKey(made.secret).name("vault", {}).bytes;
        if (auto written = crypto::write_secret_file(file, kKeyForm, made, lock); !written.ok())
            return of_key_file(written.error());
    }
    auto read = crypto::read_secret_file(file, kKeyForm, lock.passphrase);
    if (!read.ok()) return of_key_file(read.error());
    return read->secret;
}

}  // namespace

// What one call writes: all of it or nothing.
class Vault::Writing {
  public:
    explicit Writing(Vault& vault)
        : vault_(vault), lock_(vault.writer_), batch_(vault.store_->make_batch()), counts(vault.counts()) {}

    void put(const Bytes& name, ByteView plain) { batch_->put(name, vault_.key_.seal(plain, name)); }
    Status commit() {
        Writer writer;
        put(counts_name(), writer.u64(counts.items).u64(counts.documents).bytes());
        if (auto written = vault_.store_->write(*batch_); !written.ok()) return of_store(written.error());
        const std::lock_guard lock(vault_.mutex_);
        vault_.counts_ = counts;
        return Ok{};
    }

  private:
    Vault& vault_;
    std::lock_guard<std::mutex> lock_;
    std::unique_ptr<storage::WriteBatch> batch_;

  public:
    Counts counts;
};

Vault::Vault(std::unique_ptr<storage::KeyValueStore> store, const crypto::SecretFileBytes& data_key)
    : store_(std::move(store)), key_(data_key) {}

Result<std::unique_ptr<Vault>> Vault::open(const fs::path& folder, std::string_view passphrase,
                                           crypto::SecretFileWork work) {
    TRY(make_folder(folder));
    TRY_ASSIGN(const crypto::SecretFileBytes data_key, data_key_of(folder, {passphrase, work}));
    storage::LevelDbOptions options;
    options.block_cache_bytes = 8u << 20;
    auto store = storage::open_leveldb((folder / "records").string(), options);
    if (!store.ok()) return of_store(store.error());
    return over(*std::move(store), data_key);
}

Result<std::unique_ptr<Vault>> Vault::over(std::unique_ptr<storage::KeyValueStore> store,
                                           const crypto::SecretFileBytes& data_key) {
    std::unique_ptr<Vault> vault(new Vault(std::move(store), data_key));
    TRY(vault->load_counts());
    return vault;
}

Status Vault::load_counts() {
    TRY_ASSIGN(const std::optional<Bytes> bytes, read(counts_name()));
    if (!bytes) {
        const auto any = store_->iterate();
        any->seek(Bytes{});
        if (any->valid()) return tampered("the record of its counts is missing");
        return Ok{};
    }
    Reader reader(*bytes);
    counts_.items = reader.u64();
    counts_.documents = reader.u64();
    if (!reader.finished()) return tampered("the record of its counts can not be read");
    return Ok{};
}

Vault::Counts Vault::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

Result<std::optional<Bytes>> Vault::read(const Bytes& name) const {
    const auto sealed = store_->get(name);
    if (!sealed.ok()) return of_store(sealed.error());
    if (!*sealed) return std::optional<Bytes>{};
    auto plain = key_.open(**sealed, name);
    if (!plain) return tampered("a record was altered, moved, or sealed by another vault");
    return plain;
}

Result<std::optional<std::uint64_t>> Vault::sequence_of(const Bytes& name) const {
    TRY_ASSIGN(const std::optional<Bytes> bytes, read(name));
    if (!bytes) return std::optional<std::uint64_t>{};
    Reader reader(*bytes);
    const std::uint64_t sequence = reader.u64();
    if (!reader.finished()) return tampered("a record of an index can not be read");
    return std::optional(sequence);
}

Result<VaultEntry> Vault::entry(std::uint64_t sequence) const {
    TRY_ASSIGN(const std::optional<Bytes> bytes, read(numbered('s', sequence)));
    auto found = bytes ? decode_entry(*bytes) : std::nullopt;
    if (!found) return tampered(fmt::format("item {} is missing or can not be read", sequence));
    found->sequence = sequence;
    return *std::move(found);
}

Result<std::size_t> Vault::put(std::span<const VaultItem> items, WallTime now) {
    if (items.size() > limits::kVaultPutMax)
        return Error{"vault_full",
                     fmt::format("at most {} items in one call; send them in parts", limits::kVaultPutMax)};
    for (const VaultItem& item : items) TRY(check(item));
    Writing writing(*this);
    if (writing.counts.items + items.size() > limits::kVaultRecordsMax)
        return Error{"vault_full", "the vault holds as many items as it may"};
    std::set<Hash256> seen;
    const std::uint64_t before = writing.counts.items;
    for (const VaultItem& item : items) {
        VaultEntry added{0, key_of(item), item, now};
        if (!seen.insert(added.key).second) continue;
        const Bytes index = named('i', key_.name("item", added.key.view()));
        TRY_ASSIGN(const std::optional<std::uint64_t> there, sequence_of(index));
        if (there) {
            TRY_ASSIGN(VaultEntry known, entry(*there));
            if (item.lot.empty() || !known.item.lot.empty()) continue;
            known.item.lot = item.lot;
            writing.put(numbered('s', *there), encode(known));
            continue;
        }
        const Bytes sequence = number_bytes(++writing.counts.items);
        writing.put(index, sequence);
        writing.put(numbered('s', writing.counts.items), encode(added));
        Bytes by_gtin = named('g', key_.name("gtin", as_bytes(item.gtin14)));
        append(by_gtin, sequence);
        writing.put(by_gtin, {});
    }
    const std::size_t added = writing.counts.items - before;
    TRY(writing.commit());
    return added;
}

Result<std::optional<VaultEntry>> Vault::find(const Hash256& item_key) const {
    TRY_ASSIGN(const std::optional<std::uint64_t> sequence,
               sequence_of(named('i', key_.name("item", item_key.view()))));
    if (!sequence) return std::optional<VaultEntry>{};
    TRY_ASSIGN(VaultEntry found, entry(*sequence));
    if (found.key != item_key) return tampered("an index leads to another item");
    return std::optional(std::move(found));
}

Result<rpc::VaultPage> Vault::list(const std::string& gtin14, std::uint64_t from, std::size_t limit) const {
    rpc::VaultPage page;
    from = std::max<std::uint64_t>(from, 1);
    if (gtin14.empty()) {
        const std::uint64_t last = counts().items;
        for (; from <= last && page.entries.size() < limit; ++from) {
            TRY_ASSIGN(VaultEntry found, entry(from));
            page.entries.push_back(std::move(found));
        }
        if (from <= last) page.next = from;
        return page;
    }
    const Bytes prefix = named('g', key_.name("gtin", as_bytes(gtin14)));
    Bytes start = prefix;
    append(start, number_bytes(from));
    const auto at = store_->iterate();
    for (at->seek(start); at->valid(); at->next()) {
        const ByteView name = at->key();
        if (name.size() != prefix.size() + kSequenceBytes || !equal(name.first(prefix.size()), prefix)) break;
        Reader reader(name.subspan(prefix.size()));
        const std::uint64_t sequence = reader.u64();
        if (page.entries.size() == limit) {
            page.next = sequence;
            break;
        }
        TRY_ASSIGN(VaultEntry found, entry(sequence));
        if (!key_.open(at->value(), name) || found.item.gtin14 != gtin14) return tampered("an index was altered");
        page.entries.push_back(std::move(found));
    }
    if (auto status = at->status(); !status.ok()) return of_store(status.error());
    return page;
}

Result<std::uint64_t> Vault::put_document(const std::string& id, ByteView bytes, WallTime now) {
    if (id.empty() || id.size() > limits::kVaultIdBytesMax || bytes.size() > limits::kVaultDocumentBytesMax)
        return Error{"vault_record", fmt::format("a document has an id of 1 to {} bytes and at most {} bytes",
                                                 limits::kVaultIdBytesMax, limits::kVaultDocumentBytesMax)};
    Writing writing(*this);
    const Bytes index = named('d', key_.name("document", as_bytes(id)));
    TRY_ASSIGN(const std::optional<std::uint64_t> there, sequence_of(index));
    if (there) return *there;
    if (writing.counts.documents >= limits::kVaultRecordsMax)
        return Error{"vault_full", "the vault holds as many documents as it may"};
    const std::uint64_t sequence = ++writing.counts.documents;
    writing.put(index, number_bytes(sequence));
    Writer writer;
    writer.string(id).u64(now.ms).raw(bytes);
    writing.put(numbered('n', sequence), writer.bytes());
    TRY(writing.commit());
    return sequence;
}

Result<VaultDocument> Vault::document_at(std::uint64_t sequence) const {
    TRY_ASSIGN(const std::optional<Bytes> plain, read(numbered('n', sequence)));
    if (!plain) return tampered(fmt::format("document {} is missing", sequence));
    Reader reader(*plain);
    VaultDocument found;
    found.sequence = sequence;
    found.id = reader.string();
    found.stored = WallTime{reader.u64()};
    found.bytes = to_bytes(reader.raw(reader.remaining()));
    if (!reader.finished()) return tampered(fmt::format("document {} can not be read", sequence));
    return found;
}

Result<std::optional<VaultDocument>> Vault::document(const std::string& id) const {
    TRY_ASSIGN(const std::optional<std::uint64_t> sequence,
               sequence_of(named('d', key_.name("document", as_bytes(id)))));
    if (!sequence) return std::optional<VaultDocument>{};
    TRY_ASSIGN(VaultDocument found, document_at(*sequence));
    if (found.id != id) return tampered("an index leads to another document");
    return std::optional(std::move(found));
}

Result<rpc::VaultDocumentPage> Vault::documents(std::uint64_t from, std::size_t limit) const {
    rpc::VaultDocumentPage page;
    const std::uint64_t last = counts().documents;
    for (from = std::max<std::uint64_t>(from, 1); from <= last && page.documents.size() < limit; ++from) {
        TRY_ASSIGN(VaultDocument found, document_at(from));
        page.documents.push_back(std::move(found));
    }
    if (from <= last) page.next = from;
    return page;
}

rpc::VaultStatus Vault::status() const {
    const Counts now = counts();
    return {now.items, now.documents, store_->size_bytes()};
}

}  // namespace touchstone::node
