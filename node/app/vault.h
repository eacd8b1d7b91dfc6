// The vault on disk: a LevelDB of sealed records beside the chain, and the file that holds its key.
//
//   vault/vault.key   the data key, 32 random bytes, sealed under the passphrase (crypto/secret_file.h), mode 0600
//   vault/records/    LevelDB, every write synced
//
// Names and values of the store. name(label, x) is the keyed hash of crypto/sealing.h, sequences are u64 and count from
// 1 without a gap; each value is sealed with its name as additional data, so that none can stand in for another:
//   'm'                                        u64 items ‖ u64 documents
//   'i' ‖ name("item", item key)               u64 sequence
//   's' ‖ sequence                             item key ‖ text gtin ‖ text serial ‖ text lot ‖ u64 first seen ‖ zeros
//                                              up to 128 bytes: its size tells nothing of the serial's
//   'g' ‖ name("gtin", gtin14) ‖ sequence      nothing
//   'd' ‖ name("document", id)                 u64 sequence
//   'n' ‖ sequence                             text id ‖ u64 stored ‖ bytes
// Who has the disk alone learns how many records there are, of how many products, and of what size documents are.
// What he alters is noticed when it is read, and so is a missing item or document when all are listed. A missing entry
// of an index hides from a search alone, and an old copy of the whole folder is not noticed.
//
// Threads: as rpc/vault_api.h says. One process has a vault open at a time. Failure: errors of open() are named below;
// after a failed write the vault is as it was before it.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>

#include "crypto/sealing.h"
#include "rpc/vault_api.h"
#include "storage/key_value.h"

namespace touchstone::node {

class Vault final : public rpc::VaultApi {
  public:
    // Makes the folder (mode 0700) and a new data key if there is none, then opens it. Errors: vault_passphrase (wrong,
    // or the key file was altered), vault_key_missing (records without their key), vault_io, vault_locked,
    // vault_tampered.
    static Result<std::unique_ptr<Vault>> open(const std::filesystem::path& folder, std::string_view passphrase,
                                               crypto::SecretFileWork work = crypto::SecretFileWork::kInteractive);
    // Over a store of the caller's: for tests.
    static Result<std::unique_ptr<Vault>> over(std::unique_ptr<storage::KeyValueStore> store,
                                               const crypto::SecretFileBytes& data_key);

    Result<std::size_t> put(std::span<const rpc::VaultItem> items, WallTime now) override;
    Result<std::optional<rpc::VaultEntry>> find(const Hash256& item_key) const override;
    Result<rpc::VaultPage> list(const std::string& gtin14, std::uint64_t from, std::size_t limit) const override;
    Result<std::uint64_t> put_document(const std::string& id, ByteView bytes, WallTime now) override;
    Result<std::optional<rpc::VaultDocument>> document(const std::string& id) const override;
    Result<rpc::VaultDocumentPage> documents(std::uint64_t from, std::size_t limit) const override;
    rpc::VaultStatus status() const override;

  private:
    struct Counts {
        std::uint64_t items = 0;
        std::uint64_t documents = 0;
    };
    class Writing;
    Vault(std::unique_ptr<storage::KeyValueStore> store, const crypto::SecretFileBytes& data_key);
    [[nodiscard]] Status load_counts();
    Result<std::optional<Bytes>> read(const Bytes& name) const;
    Result<std::optional<std::uint64_t>> sequence_of(const Bytes& name) const;
    Result<rpc::VaultEntry> entry(std::uint64_t sequence) const;
    Result<rpc::VaultDocument> document_at(std::uint64_t sequence) const;
    Counts counts() const;

    std::unique_ptr<storage::KeyValueStore> store_;
    crypto::SealingKey key_;
    std::mutex writer_;
    mutable std::mutex mutex_;  // of the counts
    Counts counts_;
};

}  // namespace touchstone::node
