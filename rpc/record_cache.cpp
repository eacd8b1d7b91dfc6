#include "rpc/record_cache.h"

#include "rpc/record_json.h"

namespace touchstone::rpc {
namespace {

template <class Record>
Status decode_into(std::optional<Record>& slot, std::string& json, ByteView bytes) {
    TRY_ASSIGN(slot, Record::decode(bytes));
    JsonWriter out(json);
    json.clear();
    write_record(out, *slot);
    return Ok{};
}

Status decode(CachedRecord& record, RecordKind kind, ByteView bytes) {
    switch (kind) {
        case RecordKind::kProduct:
            return decode_into(record.product, record.json, bytes);
        case RecordKind::kLot:
            return decode_into(record.lot, record.json, bytes);
        case RecordKind::kOrganisation:
            return decode_into(record.organisation, record.json, bytes);
        case RecordKind::kContainer:
            return decode_into(record.container, record.json, bytes);
        case RecordKind::kItem:
        case RecordKind::kReport:
        case RecordKind::kReportStats:
        case RecordKind::kSeller:
        case RecordKind::kProposal:
        case RecordKind::kParameters:
            break;  // these are not cached: each is asked for once
    }
    INVARIANT(false);
}

}  // namespace

std::string_view name_of(RecordKind kind) {
    switch (kind) {
        case RecordKind::kItem:
            return "item";
        case RecordKind::kProduct:
            return "product";
        case RecordKind::kLot:
            return "lot";
        case RecordKind::kOrganisation:
            return "organisation";
        case RecordKind::kContainer:
            return "container";
        case RecordKind::kReport:
            return "report";
        case RecordKind::kReportStats:
            return "report_stats";
        case RecordKind::kSeller:
            return "seller";
        case RecordKind::kProposal:
            return "proposal";
        case RecordKind::kParameters:
            return "parameters";
    }
    INVARIANT(false);
}

Result<std::string> proof_element(const ReadView& view, const RecordName& name, const std::optional<Bytes>& record) {
    TRY_ASSIGN(const crypto::StateProof path, view.prove(name.key));
    std::string text;
    JsonWriter out(text);
    out.begin_object().field("kind", name_of(name.kind)).field_hex("key", name.key.view()).key("record");
    record ? out.base64(*record) : out.null();
    out.field_base64("path", path.encode()).end_object();
    return text;
}

CachedRecordPtr RecordCache::find(const ReadView& view, const Hash256& key, WithProof with_proof) {
    Shard& place = shard(key);
    const std::lock_guard lock(place.mutex);
    if (place.block_hash != view.tip().block_hash) return nullptr;
    const auto found = place.records.find(key);
    if (found == place.records.end()) return nullptr;
    if (with_proof == WithProof::kYes && found->second->proof_json.empty()) return nullptr;
    return found->second;
}

void RecordCache::keep(const ReadView& view, const Hash256& key, const CachedRecordPtr& record) {
    Shard& place = shard(key);
    const std::lock_guard lock(place.mutex);
    if (place.block_hash != view.tip().block_hash) {
        if (place.height > view.tip().header.height) return;  // the cache has gone on to a newer block
        place.records.clear();
        place.block_hash = view.tip().block_hash;
        place.height = view.tip().header.height;
    }
    if (place.records.size() >= kRecordsMax / kShards) place.records.clear();
    place.records[key] = record;
}

Result<CachedRecordPtr> RecordCache::get(const ReadView& view, const RecordName& name, WithProof with_proof) {
    if (CachedRecordPtr hit = find(view, name.key, with_proof)) return hit;
    TRY_ASSIGN(const std::optional<Bytes> bytes, view.record(name.key));
    auto made = std::make_shared<CachedRecord>();
    made->json = "null";
    if (bytes) TRY(decode(*made, name.kind, *bytes));
    if (with_proof == WithProof::kYes) {
        TRY_ASSIGN(made->proof_json, proof_element(view, name, bytes));
    }
    CachedRecordPtr record = std::move(made);
    keep(view, name.key, record);
    return record;
}

}  // namespace touchstone::rpc
