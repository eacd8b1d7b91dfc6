// Decoded product, organisation, container and seller records of the newest state, with their JSON and their proofs made
// once.
//
// Every item of a product asks for the same few records, so a look-up of an item pays for one proof instead of four.
// An entry is good for one block only: the cache belongs to a tip and is emptied when a newer one asks. Threads: any;
// entries are immutable. Bound: kRecordsMax entries; a full shard is emptied.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/strong.h"
#include "ledger/records/records.h"
#include "ledger/records/seller_records.h"
#include "rpc/node_api.h"

namespace touchstone::rpc {

using ledger::RecordKind;
// How proofs name it: "item", "product", …
std::string_view name_of(RecordKind kind);

struct CachedRecord {
    std::optional<ledger::ProductRecord> product;
    std::optional<ledger::OrganisationRecord> organisation;
    std::optional<ledger::ContainerRecord> container;
    std::optional<ledger::SellerRecord> seller;
    std::string json;        // the record as answers show it, or "null"
    std::string proof_json;  // one element of `proof`; empty when it was not asked for yet
};
using CachedRecordPtr = std::shared_ptr<const CachedRecord>;

enum class WithProof { kNo, kYes };

// What to look up: the key of a record of that kind.
struct RecordName {
    RecordKind kind;
    ledger::StateKey key;
};

class RecordCache {
  public:
    static constexpr std::size_t kRecordsMax = 32'768;

    // Of the view's state, from the cache or from the view. Errors: those of the view, record_malformed.
    Result<CachedRecordPtr> get(const ReadView& view, const RecordName& name, WithProof with_proof);

  private:
    static constexpr std::size_t kShards = 16;
    struct Shard {
        std::mutex mutex;
        Height height;
        Hash256 block_hash;
        std::unordered_map<Hash256, CachedRecordPtr> records;
    };
    CachedRecordPtr find(const ReadView& view, const Hash256& key, WithProof with_proof);
    void keep(const ReadView& view, const Hash256& key, const CachedRecordPtr& record);
    Shard& shard(const Hash256& key) { return shards_[key.bytes[0] % kShards]; }

    std::array<Shard, kShards> shards_;
};

// One element of `proof`: {"kind","key","record","path"}; `record` is nullopt for an absence.
Result<std::string> proof_element(const ReadView& view, const RecordName& name, const std::optional<Bytes>& record);

}  // namespace touchstone::rpc
