// The vault as the RPC layer sees it: the plaintext of the serials that the node's own organisation registered, and the
// documents that it captured, beside the chain and known to no other node. Implemented by node/app/vault.h, and by
// tests.
//
// Threads: any number of threads may call at once; writes wait for one another. Failure: a write that returns ok is on
// stable storage and encrypted there. Errors: vault_tampered (a record is not what was sealed), vault_full,
// vault_record (a field past its bound), and those of the store.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/hash256.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/time.h"

namespace touchstone::rpc {

struct VaultItem {
    std::string gtin14;
    std::string serial;
    std::string lot;  // or empty
};

struct VaultEntry {
    std::uint64_t sequence = 0;  // in the order of their first arrival, from 1
    Hash256 key;                 // on the ledger
    VaultItem item;
    WallTime first_seen;
};

struct VaultPage {
    std::vector<VaultEntry> entries;
    std::optional<std::uint64_t> next;  // where to go on; nullopt: that was all
};

struct VaultDocument {
    std::uint64_t sequence = 0;  // in the order of their arrival, from 1
    std::string id;
    Bytes bytes;
    WallTime stored;
};

struct VaultDocumentPage {
    std::vector<VaultDocument> documents;
    std::optional<std::uint64_t> next;
};

struct VaultStatus {
    std::uint64_t items = 0;
    std::uint64_t documents = 0;
    std::uint64_t size_bytes = 0;  // on disk, approximately
};

class VaultApi {
  public:
    virtual ~VaultApi() = default;

    // All of them or none, in one synced write. What is there already keeps its sequence and first_seen; a lot that is
    // given replaces an empty one. Answers how many are new. At most limits::kVaultPutMax.
    virtual Result<std::size_t> put(std::span<const VaultItem> items, WallTime now) = 0;
    virtual Result<std::optional<VaultEntry>> find(const Hash256& item_key) const = 0;
    // Of one product, or of all products if `gtin14` is empty, from a sequence on.
    virtual Result<VaultPage> list(const std::string& gtin14, std::uint64_t from, std::size_t limit) const = 0;

    // A document under an id of the caller's choice, of at most limits::kVaultDocumentBytesMax. The same id again keeps
    // the first document and answers its sequence.
    virtual Result<std::uint64_t> put_document(const std::string& id, ByteView bytes, WallTime now) = 0;
    virtual Result<std::optional<VaultDocument>> document(const std::string& id) const = 0;
    // In the order of their sequence, from `from` on.
    virtual Result<VaultDocumentPage> documents(std::uint64_t from, std::size_t limit) const = 0;

    virtual VaultStatus status() const = 0;
};

}  // namespace touchstone::rpc
