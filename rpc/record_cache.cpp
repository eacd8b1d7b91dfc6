#include "rpc/record_cache.h"

#include "rpc/record_json.h"
#include "rpc/report_json.h"

template <>
inline constexpr auto touchstone::kEnumNames<touchstone::ledger::RecordKind> =
    touchstone::enum_names<touchstone::ledger::RecordKind>(
     {{touchstone::ledger::RecordKind::kOrganisation, "organisation"},
      {touchstone::ledger::RecordKind::kProduct, "product"},
      {touchstone::ledger::RecordKind::kLicence, "licence"},
      {touchstone::ledger::RecordKind::kLot, "lot"},
      {touchstone::ledger::RecordKind::kVolume, "volume"},
      {touchstone::ledger::RecordKind::kItem, "item"},
      {touchstone::ledger::RecordKind::kContainer, "container"},
      {touchstone::ledger::RecordKind::kTransaction, "transaction"},
      {touchstone::ledger::RecordKind::kExpiry, "expiry"},
      {touchstone::ledger::RecordKind::kExpiryChunk, "expiry_chunk"},
      {touchstone::ledger::RecordKind::kParameters, "parameters"},
      {touchstone::ledger::RecordKind::kValidators, "validators"},
      {touchstone::ledger::RecordKind::kActivity, "activity"},
      {touchstone::ledger::RecordKind::kCouncil, "council"},
      {touchstone::ledger::RecordKind::kProposal, "proposal"},
      {touchstone::ledger::RecordKind::kReport, "report"},
      {touchstone::ledger::RecordKind::kReportStats, "report_stats"},
      {touchstone::ledger::RecordKind::kSeller, "seller"},
      {touchstone::ledger::RecordKind::kDocument, "document"},
      {touchstone::ledger::RecordKind::kPrefixes, "prefixes"},
      {touchstone::ledger::RecordKind::kReporter, "reporter"},
      {touchstone::ledger::RecordKind::kOrganisationName, "organisation_name"}});

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
    if (kind == RecordKind::kProduct) return decode_into(record.product, record.json, bytes);
    if (kind == RecordKind::kOrganisation) return decode_into(record.organisation, record.json, bytes);
    if (kind == RecordKind::kSeller) return decode_into(record.seller, record.json, bytes);
    // Others are not cached: each is asked for once.
    INVARIANT(kind == RecordKind::kContainer);
    return decode_into(record.container, record.json, bytes);
}

}  // namespace

std::string_view name_of(RecordKind kind) { return enum_name(kind); }

Result<std::string> proof_element(const ReadView& view, const RecordName& name, const std::optional<Bytes>& record) {
    // A proof of absence names what is next to it: of records that are not for everybody there is none (keys.h), but of an
    // organisation's statistics of a month, of which there are too few to look for somebody else's with them.
    std::optional<crypto::StateProof> path;
    if (record || ledger::is_public(name.key) || name.kind == RecordKind::kReportStats) {
        TRY_ASSIGN(path, view.prove(name.key));
    }
    std::string text;
    JsonWriter out(text);
    out.begin_object().field("kind", name_of(name.kind)).field_hex("key", name.key.view()).key("record");
    record ? out.base64(*record) : out.null();
    path ? void(out.field_base64("path", path->encode())) : void(out.key("path").null());
    out.end_object();
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
