#include "tools/replay/export_tables.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "ledger/records/event_subject.h"
#include "ledger/records/index.h"
#include "tools/client/item_file.h"

namespace touchstone::tools {
namespace {

// ISO 8601, in seconds: block times of one second are told apart by the height.
Cell time_cell(WallTime time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(time.ms / 1000)));
}
Cell hex_cell(const Hash256& hash) { return hash.hex(); }
Cell number_cell(std::uint64_t number) { return number; }

void add_word(std::string& words, std::string_view word) {
    words += words.empty() ? "" : " ";
    words += word;
}

std::string flags_of(const ledger::ItemRecord& item) {
    std::string flags;
    for (const ledger::FlagMark& mark : item.flags)
        add_word(flags, fmt::format("{}:{}", ledger::name_of(mark.flag), mark.by));
    return flags;
}

std::string roles_of(const ledger::OrganisationRecord& organisation) {
    std::string roles;
    for (std::size_t i = 0; i < ledger::kRoleCount; ++i)
        if (organisation.has(static_cast<ledger::Role>(i)))
            add_word(roles, ledger::name_of(static_cast<ledger::Role>(i)));
    return roles;
}

std::string keys_of(const ledger::OrganisationRecord& organisation) {
    std::string keys;
    for (const ledger::OrganisationKey& key : organisation.keys)
        if (key.revoked.value == 0) add_word(keys, to_hex(key.key.view()));
    return keys;
}

// The operations as the RPC interface names them.
std::string operations_of(const ledger::ParsedTransaction& transaction) {
    std::string names;
    for (const ledger::Operation& operation : transaction.operations()) add_word(names, ledger::info(operation).name);
    return names;
}

struct RecallCells {
    std::uint64_t of_lots = 0;
    std::string by;                             // words
    const ledger::RecallMark* first = nullptr;  // of the whole product
};

RecallCells recalls_of(const ledger::ProductRecord& product) {
    RecallCells cells;
    for (const ledger::RecallMark& recall : product.recalls) {
        if (!recall.scope.lot.empty()) ++cells.of_lots;
        if (recall.scope != ledger::RecallScope{}) continue;
        add_word(cells.by, recall.by);
        if (cells.first == nullptr) cells.first = &recall;
    }
    return cells;
}

// The record that a block leaves under a key; the effects are sorted.
std::optional<ledger::EventSubject> subject_in(const ledger::BlockEffects& effects, const Hash256& key) {
    const auto at = std::lower_bound(effects.records.begin(), effects.records.end(), key,
                                     [](const auto& entry, const Hash256& wanted) { return entry.first < wanted; });
    if (at == effects.records.end() || at->first != key || !at->second) return std::nullopt;
    return ledger::event_subject(*at->second);
}

// 'e' ‖ subject ‖ u32 sequence
std::optional<Hash256> subject_of_event_key(ByteView key) {
    if (key.size() != 1 + Hash256::kSize + 4 || key[0] != 'e') return std::nullopt;
    return Hash256::from_view(key.subspan(1, Hash256::kSize));
}

struct Place {
    std::string custodian;
    std::string receiver;  // while in transit; else empty
};

// Who has an item, and to whom it is on its way: of a packed one its outermost container says.
Result<Place> place_of(const ledger::ItemRecord& item, const storage::StateReadGuard& state) {
    Place place{item.custodian, item.receiver};
    for (ledger::StateKey within = item.container; !within.is_zero();) {
        TRY_ASSIGN(const auto bytes, state.get(within));
        INVARIANT(bytes);  // what is in a container names one that exists
        TRY_ASSIGN(const ledger::ContainerRecord container, ledger::ContainerRecord::decode(*bytes));
        place = {container.custodian, container.receiver};
        within = container.container;
    }
    return place;
}

// Records in the order of an index, until `visit` fails.
template <class Record, class KeyOf, class Visit>
Status for_each_indexed(const storage::StateReadGuard& state, const Bytes& prefix, const KeyOf& key_of,
                        const Visit& visit) {
    Status told = Ok{};
    TRY(state.side_scan(prefix, prefix, [&](ByteView entry, ByteView) {
        const std::optional<ledger::StateKey> key = key_of(entry);
        if (!key) return true;
        const auto bytes = state.get(*key);
        if (!bytes.ok()) {
            told = bytes.error();
            return false;
        }
        if (!*bytes) return true;
        const auto record = Record::decode(**bytes);
        told = record.ok() ? visit(*record) : Status(record.error());
        return told.ok();
    }));
    return told;
}

}  // namespace

bool Exporter::in_range(Height height) const {
    return (!filter_.from || height >= *filter_.from) && (!filter_.to || height <= *filter_.to);
}

Status Exporter::on_block(const node::Auditor::Applied& applied) {
    if (!in_range(applied.block.height)) return Ok{};
    const std::string_view table = table_.name;
    if (table == "blocks") return write_block(applied.block);
    if (table == "transactions") return write_transactions(applied);
    if (table == "events") return write_events(applied);
    return Ok{};
}

Status Exporter::on_state(const storage::StateReadGuard& state) {
    const std::string_view table = table_.name;
    if (table == "items") return write_items(state);
    if (table == "products") return write_products(state);
    if (table == "licences") return write_licences(state);
    if (table == "organisations") return write_organisations(state);
    return Ok{};
}

Status Exporter::write_block(const node::CheckedBlock& block) {
    const ledger::Header& header = block.block.header;
    std::string signers;
    if (block.certificate)
        for (const ValidatorIndex signer : block.certificate->signers)
            add_word(signers, target_.epochs.find(header.epoch)->record.validators.at(signer.value).name);
    return writer_.write({number_cell(header.height.value), time_cell(header.time), hex_cell(block.hash),
                          hex_cell(header.parent), number_cell(header.view.value),
                          target_.epochs.find(header.epoch)->record.validators.at(header.proposer.value).name,
                          number_cell(block.transactions.size()), hex_cell(header.state_root), text_cell(signers)});
}

Status Exporter::write_transactions(const node::Auditor::Applied& applied) {
    const ledger::Header& header = applied.block.block.header;
    for (std::size_t i = 0; i < applied.block.transactions.size(); ++i) {
        const ledger::ParsedTransaction& transaction = *applied.block.transactions[i];
        const ledger::ParsedInfo& known = ledger::info(transaction);
        if (!filter_.organisation.empty() && known.organisation != filter_.organisation) continue;
        const ledger::TransactionOutcome& outcome = applied.effects.outcomes[i];
        std::uint64_t accepted = 0;
        std::uint64_t refused = 0;
        for (const ledger::OperationOutcome& operation : outcome.operations) {
            accepted += operation.accepted;
            refused += operation.refused_count();
        }
        TRY(writer_.write({number_cell(header.height.value), number_cell(i), time_cell(header.time), hex_cell(known.id),
                           known.organisation, operations_of(transaction), number_cell(known.items),
                           number_cell(accepted), number_cell(refused), outcome.applied(),
                           outcome.applied() ? Cell{} : Cell(std::string(ledger::info(outcome.refusal).code)),
                           text_cell(outcome.detail)}));
    }
    return Ok{};
}

Status Exporter::write_events(const node::Auditor::Applied& applied) {
    for (const auto& [key, value] : applied.effects.side) {
        const auto subject_key = subject_of_event_key(key);
        if (!subject_key || !value) continue;
        TRY_ASSIGN(const ledger::Event event, ledger::Event::decode(*value));
        const std::string& mine = filter_.organisation;
        if (!mine.empty() && event.actor != mine && event.other != mine) continue;
        const auto subject = subject_in(applied.effects, *subject_key);
        if (!filter_.gtin.empty() && (!subject || subject->gtin != filter_.gtin)) continue;
        TRY(writer_.write({number_cell(event.height.value), time_cell(event.time),
                           std::string(ledger::name_of(event.kind)),
                           std::string(subject ? ledger::name_of(subject->kind) : "other"), hex_cell(*subject_key),
                           text_cell(subject ? subject->gtin : ""), text_cell(subject ? subject->lot : ""),
                           number_cell(event.sequence), event.actor, text_cell(event.other), text_cell(event.detail),
                           std::string(ledger::biz_step_of(event.kind)),
                           std::string(ledger::disposition_of(event.kind)), hex_cell(event.transaction_id)}));
    }
    return Ok{};
}

// Every item has a first event, so their keys name the items.
Status Exporter::write_items(const storage::StateReadGuard& state) {
    Status told = Ok{};
    const Bytes prefix{'e'};
    TRY(state.side_scan(prefix, prefix, [&](ByteView key, ByteView) {
        const auto subject_key = subject_of_event_key(key);
        if (!subject_key || !equal(key, ledger::event_side_key(ledger::StateKey::written(*subject_key), 0))) return true;
        const auto bytes = state.get(*subject_key);
        if (!bytes.ok()) {
            told = bytes.error();
            return false;
        }
        const auto subject = *bytes ? ledger::event_subject(**bytes) : std::nullopt;
        if (!subject || subject->kind != ledger::SubjectKind::kItem) return true;
        const auto item = ledger::ItemRecord::decode(**bytes);
        INVARIANT(item.ok());
        told = write_item(*subject_key, *item, state);
        return told.ok();
    }));
    return told;
}

Status Exporter::write_item(const Hash256& key, const ledger::ItemRecord& item, const storage::StateReadGuard& state) {
    if (!filter_.gtin.empty() && item.gtin != filter_.gtin) return Ok{};
    TRY_ASSIGN(const Place place, place_of(item, state));
    const std::string& id = filter_.organisation;
    if (!id.empty() && item.maker != id && item.owner != id && place.custodian != id && place.receiver != id)
        return Ok{};
    return writer_.write({hex_cell(key), item.gtin, text_cell(item.lot), text_cell(day_text(item.expiry)),
                          text_cell(day_text(item.made_on)), std::string(ledger::name_of(item.state)),
                          text_cell(flags_of(item)), item.maker, item.owner, place.custodian, text_cell(place.receiver),
                          item.container.is_zero() ? Cell{} : hex_cell(item.container), text_cell(item.facility),
                          time_cell(item.registered_at), item.ended_at.ms == 0 ? Cell{} : time_cell(item.ended_at),
                          text_cell(item.ended_by), number_cell(item.event_count)});
}

Status Exporter::write_products(const storage::StateReadGuard& state) {
    const auto key_of = [](ByteView entry) -> std::optional<ledger::StateKey> {
        const auto gtin = ledger::parse_product_index(entry);
        if (!gtin) return std::nullopt;
        return ledger::product_key(*gtin);
    };
    return for_each_indexed<ledger::ProductRecord>(
        state, ledger::product_index_prefix(), key_of, [&](const ledger::ProductRecord& product) -> Status {
            if (!filter_.gtin.empty() && product.gtin != filter_.gtin) return Ok{};
            if (!filter_.organisation.empty() && product.brand != filter_.organisation) return Ok{};
            const auto volume_bytes = state.get(ledger::product_volume_key(product.gtin));
            if (!volume_bytes.ok()) return volume_bytes.error();
            ledger::VolumeRecord volume;
            if (*volume_bytes) {
                TRY_ASSIGN(volume, ledger::VolumeRecord::decode(**volume_bytes));
            }
            const RecallCells recalls = recalls_of(product);
            return writer_.write({product.gtin, product.brand, product.name, number_cell(volume.registered),
                                  number_cell(product.recalls.size()), number_cell(recalls.of_lots), text_cell(recalls.by),
                                  recalls.first ? text_cell(recalls.first->reason) : Cell{},
                                  recalls.first ? time_cell(recalls.first->since) : Cell{},
                                  number_cell(product.event_count)});
        });
}

Status Exporter::write_licences(const storage::StateReadGuard& state) {
    const auto key_of = [](ByteView entry) -> std::optional<ledger::StateKey> {
        const auto licence = ledger::parse_licence_index(entry);
        if (!licence) return std::nullopt;
        return ledger::licence_key(licence->gtin, licence->name);
    };
    return for_each_indexed<ledger::LicenceRecord>(
        state, ledger::licence_index_prefix(), key_of, [&](const ledger::LicenceRecord& licence) -> Status {
            if (!filter_.gtin.empty() && licence.gtin != filter_.gtin) return Ok{};
            if (!filter_.organisation.empty() && licence.manufacturer != filter_.organisation) return Ok{};
            return writer_.write({licence.gtin, licence.manufacturer, number_cell(licence.quota),
                                  number_cell(licence.used), text_cell(day_text(licence.from)),
                                  text_cell(day_text(licence.until)), text_cell(licence.facility), licence.revoked,
                                  text_cell(licence.revoke_reason)});
        });
}

Status Exporter::write_organisations(const storage::StateReadGuard& state) {
    const auto key_of = [](ByteView entry) -> std::optional<ledger::StateKey> {
        const auto id = ledger::parse_organisation_index(entry);
        if (!id) return std::nullopt;
        return ledger::organisation_key(*id);
    };
    return for_each_indexed<ledger::OrganisationRecord>(
        state, ledger::organisation_index_prefix(), key_of, [&](const ledger::OrganisationRecord& one) -> Status {
            if (!filter_.organisation.empty() && one.id != filter_.organisation) return Ok{};
            std::string prefixes;
            for (const std::string& prefix : one.prefixes) add_word(prefixes, prefix);
            return writer_.write({one.id, one.name, text_cell(roles_of(one)), text_cell(one.gln),
                                  text_cell(one.country), text_cell(prefixes), one.suspended, one.council, text_cell(keys_of(one))});
        });
}

}  // namespace touchstone::tools
