// The vault on disk: a LevelDB of sealed records beside the chain, and the file that holds its key.
//
//   vault/vault.key   the data key, 32 random bytes, sealed under the passphrase (crypto/secret_file.h), mode 0600
//   vault/records/    LevelDB, every write synced
//
// Names and values of the store, with `name(label, x)` = keyed hash and `seal` = XChaCha20-Poly1305 under subkeys of
// the data key; the name of a record is its seal's additional data, so that no record can stand in for another:
//   'm'                                   counts {u64 items ‖ u64 documents ‖ u64 last sequence}
//   'i' ‖ name(item, item key)            u64 sequence
//   's' ‖ u64 sequence                    item {key ‖ text gtin ‖ text serial ‖ text lot ‖ u64 first seen}
//   'g' ‖ name(gtin, gtin14) ‖ u64 seq    empty
//   'd' ‖ name(document, id)              u64 sequence
//   'n' ‖ u64 sequence                    document {text id ‖ u64 stored ‖ bytes}
// What somebody with the disk alone learns: how many records there are, of how many products, and when they were
// written. He can take records away; `list` and `status` then disagree, and vault_tampered is told.
//
// Threads: as rpc/vault_api.h says. One process has a vault open at a time. Failure: errors of open() are named below;
// a failed write leaves the vault as it was before it.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>

#include "crypto/secret_file.h"
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
    ~Vault() override;

    Result<std::size_t> put(std::span<const rpc::VaultItem> items, WallTime now) override;
    Result<std::optional<rpc::VaultEntry>> find(const Hash256& item_key) const override;
    Result<rpc::VaultPage> list(const std::string& gtin14, std::uint64_t from, std::size_t limit) const override;
    Result<std::uint64_t> put_document(const std::string& id, ByteView bytes, WallTime now) override;
    Result<std::optional<rpc::VaultDocument>> document(const std::string& id) const override;
    Result<rpc::VaultDocumentPage> documents(std::uint64_t from, std::size_t limit) const override;
    rpc::VaultStatus status() const override;

  private:
    struct Keys;    // what is derived from the data key
    struct Counts;  // the record 'm'
    Vault(std::unique_ptr<storage::KeyValueStore> store, std::unique_ptr<Keys> keys);
    [[nodiscard]] Status load_counts();

    std::unique_ptr<storage::KeyValueStore> store_;
    std::unique_ptr<Keys> keys_;
    mutable std::mutex mutex_;  // writers, and the counts
    std::unique_ptr<Counts> counts_;
};

}  // namespace touchstone::node
