#include "rpc/record_json.h"

#include <chrono>

#include "ledger/rules/corrections.h"

namespace touchstone::rpc {
namespace {

void write_history_mark(JsonWriter& out, std::uint32_t count, const Hash256& head) {
    out.field("event_count", count).field_hex("event_head", head.view());
}

void write_time_or_null(JsonWriter& out, std::string_view name, WallTime time) {
    out.key(name);
    time.ms == 0 ? out.null() : out.number(time.ms);
}

}  // namespace

void write_text_or_null(JsonWriter& out, std::string_view name, std::string_view text) {
    out.key(name);
    text.empty() ? out.null() : out.string(text);
}

void write_hash_or_null(JsonWriter& out, std::string_view name, const Hash256& hash) {
    out.key(name);
    hash.is_zero() ? out.null() : out.hex(hash.view());
}

void write_countries(JsonWriter& out, std::string_view name, const std::vector<std::string>& countries) {
    out.key(name).begin_array();
    for (const std::string& country : countries) out.string(country);
    out.end_array();
}

void write_day(JsonWriter& out, std::string_view name, ledger::Day day) {
    out.key(name);
    if (day == 0) {
        out.null();
        return;
    }
    using namespace std::chrono;
    const year_month_day date{sys_days{days{static_cast<int>(day)}}};
    const auto year = static_cast<int>(date.year());
    const unsigned month = static_cast<unsigned>(date.month()), in_month = static_cast<unsigned>(date.day());
    if (year > 9999) {  // beyond what ISO 8601 writes with four digits
        out.null();
        return;
    }
    char text[] = "0000-00-00";
    const auto put = [&](int at, int value) { text[at] = static_cast<char>('0' + value % 10); };
    put(0, year / 1000), put(1, year / 100), put(2, year / 10), put(3, year);
    put(5, static_cast<int>(month / 10)), put(6, static_cast<int>(month));
    put(8, static_cast<int>(in_month / 10)), put(9, static_cast<int>(in_month));
    out.string(std::string_view(text, 10));
}

void write_recall_fields(JsonWriter& out, const ledger::RecallMark& recall) {
    out.field("by", recall.by).field("as_brand", recall.as_brand);
    write_text_or_null(out, "lot", recall.scope.lot);
    write_text_or_null(out, "maker", recall.scope.maker);
    write_day(out, "made_from", recall.scope.made_from);
    write_day(out, "made_until", recall.scope.made_until);
    out.field("reason", recall.reason).field("since_ms", recall.since.ms);
    write_countries(out, "countries", recall.countries);
}

namespace {

void write_fields(JsonWriter& out, const ledger::ProductRecord& product) {
    out.begin_object().field("gtin", product.gtin).field("brand", product.brand).field("name", product.name);
    write_hash_or_null(out, "image_hash", product.image_hash);
    out.key("document_hashes").begin_array();
    for (const Hash256& hash : product.document_hashes) out.hex(hash.view());
    out.end_array().key("recalls").begin_array();
    for (const ledger::RecallMark& recall : product.recalls) {
        out.begin_object();
        write_recall_fields(out, recall);
        out.end_object();
    }
    out.end_array();
    write_history_mark(out, product.event_count, product.event_head);
    write_countries(out, "territories", product.territories);
    write_time_or_null(out, "territories_since_ms", product.territories_since);
    out.field("serial_policy", ledger::name_of(product.serial_policy));
    write_text_or_null(out, "offered_to", product.offered_to);
    write_countries(out, "return_points", product.return_points);
    out.key("revoked_licences").begin_array();
    for (const ledger::RevokedLicence& one : product.revoked_licences)
        out.begin_object().field("maker", one.maker).field("since_ms", one.since.ms).end_object();
    out.end_array();
}

}  // namespace

void write_record(JsonWriter& out, const ledger::ProductRecord& product) {
    write_fields(out, product);
    out.end_object();
}

void write_with_volume(JsonWriter& out, const ledger::ProductRecord& product, std::optional<std::uint64_t> registered) {
    write_fields(out, product);
    out.key("registered");
    registered ? out.number(*registered) : out.null();
    out.end_object();
}

void write_lot(JsonWriter& out, const ledger::LotRecord& lot, std::string_view only_maker,
               std::optional<std::uint64_t> registered) {
    out.begin_object().field("gtin", lot.gtin).field("lot", lot.lot).key("makers").begin_array();
    for (const ledger::LotRecord::Made& made : lot.made) {
        if (!only_maker.empty() && made.maker != only_maker) continue;
        out.begin_object().field("maker", made.maker);
        write_day(out, "expiry", made.expiry);
        out.field("items", made.items).end_object();
    }
    out.end_array().key("registered");
    registered ? out.number(*registered) : out.null();
    out.end_object();
}

void write_record(JsonWriter& out, const ledger::OrganisationRecord& organisation) {
    out.begin_object().field("id", organisation.id).field("name", organisation.name).key("roles").begin_array();
    for (std::size_t i = 0; i < ledger::kRoleCount; ++i)
        if (const auto role = static_cast<ledger::Role>(i); organisation.has(role)) out.string(ledger::name_of(role));
    out.end_array();
    write_text_or_null(out, "gln", organisation.gln);
    write_text_or_null(out, "country", organisation.country);
    out.field("suspended", organisation.suspended);
    write_time_or_null(out, "suspended_at_ms", organisation.suspended_at);
    out.field("council", organisation.council);
    write_countries(out, "prefixes", organisation.prefixes);
    out.key("keys").begin_array();
    for (const ledger::OrganisationKey& key : organisation.keys) {
        out.begin_object().field_hex("key", key.key.view());
        out.field("purpose", ledger::name_of(key.purpose));
        out.field("added", key.added.value).key("revoked");
        key.revoked.value == 0 ? out.null() : out.number(key.revoked.value);
        out.end_object();
    }
    out.end_array().end_object();
}

void write_record(JsonWriter& out, const ledger::LicenceRecord& licence) {
    out.begin_object().field("gtin", licence.gtin).field("manufacturer", licence.manufacturer);
    out.field("quota", licence.quota).field("used", licence.used);
    write_day(out, "from", licence.from);
    write_day(out, "until", licence.until);
    write_text_or_null(out, "facility", licence.facility);
    out.field("revoked", licence.revoked);
    write_text_or_null(out, "revoke_reason", licence.revoke_reason);
    write_time_or_null(out, "revoked_at_ms", licence.revoked_at);
    out.end_object();
}

void write_record(JsonWriter& out, const ledger::ContainerRecord& container) {
    out.begin_object().field("state", ledger::name_of(container.state)).field("maker", container.maker);
    out.field("custodian", container.custodian);
    write_text_or_null(out, "receiver", container.receiver);
    write_hash_or_null(out, "container", container.container);
    out.field("items", container.items).field("direct", container.direct);
    out.field("created_at_ms", container.created_at.ms);
    write_history_mark(out, container.event_count, container.event_head);
    write_time_or_null(out, "ended_at_ms", container.ended_at);
    write_text_or_null(out, "ended_by", container.ended_by);
    write_text_or_null(out, "reclaimed_to", container.reclaimed_to);
    out.end_object();
}

void write_item(JsonWriter& out, const ledger::ItemName& name, const ledger::ItemRecord& item) {
    out.begin_object().field("gtin", item.gtin).field_hex("commitment", name.commitment.view());
    write_text_or_null(out, "lot", item.lot);
    write_day(out, "expiry", item.expiry);
    write_day(out, "made_on", item.made_on);
    out.field("state", ledger::name_of(item.state)).key("flags").begin_array();
    for (const ledger::FlagMark& mark : item.flags)
        out.begin_object().field("flag", ledger::name_of(mark.flag)).field("by", mark.by).end_object();
    out.end_array();
    out.field("maker", item.maker).field("owner", item.owner).field("custodian", item.custodian);
    write_text_or_null(out, "receiver", item.receiver);
    write_text_or_null(out, "facility", item.facility);
    write_hash_or_null(out, "container", item.container);
    write_text_or_null(out, "offered_to", item.offered_to);
    write_time_or_null(out, "ended_at_ms", item.ended_at);
    write_text_or_null(out, "ended_by", item.ended_by);
    out.field("registered_at_ms", item.registered_at.ms);
    write_history_mark(out, item.event_count, item.event_head);
    out.field("open_reports", item.open_reports).field("returns", item.returns);
    out.field("cancelled_sales", item.cancelled_sales);
    write_hash_or_null(out, "shop", item.shop);
    write_text_or_null(out, "reclaimed_to", item.reclaimed_to);
    out.end_object();
}

void write_custody(JsonWriter& out, const ledger::ItemRecord& item, const ledger::ContainerRecord* outer) {
    out.begin_object().field("custodian", outer ? outer->custodian : item.custodian).field("owner", item.owner);
    write_text_or_null(out, "receiver", outer ? outer->receiver : item.receiver);
    out.field("state", ledger::name_of(outer ? outer->state : item.state)).end_object();
}

void write_event(JsonWriter& out, const ledger::Event& event, ByteView canonical,
                 std::optional<std::uint32_t> corrected_by) {
    out.begin_object().field("kind", ledger::name_of(event.kind)).field("sequence", event.sequence);
    out.field("height", event.height.value).field("time_ms", event.time.ms);
    out.field_hex("transaction", event.transaction_id.view()).field("actor", event.actor);
    write_text_or_null(out, "other", event.other);
    write_text_or_null(out, "detail", event.detail);
    out.field("biz_step", ledger::biz_step_of(event.kind)).field("disposition", ledger::disposition_of(event.kind));
    if (const auto corrects = ledger::corrected_sequence(event)) out.field("corrects", *corrects);
    if (corrected_by) out.field("corrected_by", *corrected_by);
    out.field_base64("bytes", canonical).end_object();
}

void write_header_fields(JsonWriter& out, const ledger::Header& header) {
    out.field_hex("chain_id", header.chain_id.view()).field("epoch", header.epoch.value);
    out.field("height", header.height.value).field("view", header.view.value);
    out.field_hex("parent", header.parent.view()).field("time_ms", header.time.ms);
    out.field_hex("transaction_root", header.transaction_root.view());
    out.field_hex("state_root", header.state_root.view());
    out.field_hex("validators_hash", header.validators_hash.view()).field("proposer", header.proposer.value);
    out.field_hex("log_root", header.log_root.view());
}

}  // namespace touchstone::rpc
