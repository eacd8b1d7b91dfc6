#include "tests/ledger/check_effects.h"

#include <fmt/format.h>

#include <set>

#include "ledger/records/document_records.h"
#include "ledger/records/governance_records.h"
#include "ledger/records/name_record.h"
#include "ledger/records/prefixes.h"
#include "ledger/records/record_codecs.h"
#include "ledger/records/report_records.h"
#include "ledger/records/seller_records.h"
#include "ledger/rules/replay.h"

namespace touchstone::ledger::test {
namespace {

template <class Record>
Fault visit_as(const Bytes& bytes, const auto& visit) {
    const auto decoded = Record::decode(bytes);
    if (!decoded.ok()) return fmt::format("a record of kind {} does not read", bytes[0]);
    return visit(*decoded);
}

// Calls `visit` with the record, as what it is.
Fault visit_record(const Bytes& bytes, const auto& visit) {
    const auto kind = kind_of_record(bytes);
    if (!kind) return "a record is too short to have a kind";
    switch (*kind) {
        case RecordKind::kOrganisation: return visit_as<OrganisationRecord>(bytes, visit);
        case RecordKind::kProduct: return visit_as<ProductRecord>(bytes, visit);
        case RecordKind::kLicence: return visit_as<LicenceRecord>(bytes, visit);
        case RecordKind::kLot: return visit_as<LotRecord>(bytes, visit);
        case RecordKind::kVolume: return visit_as<VolumeRecord>(bytes, visit);
        case RecordKind::kItem: return visit_as<ItemRecord>(bytes, visit);
        case RecordKind::kContainer: return visit_as<ContainerRecord>(bytes, visit);
        case RecordKind::kTransaction: return visit_as<TransactionRecord>(bytes, visit);
        case RecordKind::kExpiry: return visit_as<ExpiryRecord>(bytes, visit);
        case RecordKind::kExpiryChunk: return visit_as<ExpiryChunk>(bytes, visit);
        case RecordKind::kParameters: return visit_as<Parameters>(bytes, visit);
        case RecordKind::kValidators: return visit_as<ValidatorsRecord>(bytes, visit);
        case RecordKind::kActivity: return visit_as<ActivityRecord>(bytes, visit);
        case RecordKind::kCouncil: return visit_as<CouncilRecord>(bytes, visit);
        case RecordKind::kProposal: return visit_as<ProposalRecord>(bytes, visit);
        case RecordKind::kReport: return visit_as<ReportRecord>(bytes, visit);
        case RecordKind::kReportStats: return visit_as<ReportStatsRecord>(bytes, visit);
        case RecordKind::kSeller: return visit_as<SellerRecord>(bytes, visit);
        case RecordKind::kDocument: return visit_as<DocumentRecord>(bytes, visit);
        case RecordKind::kPrefixes: return visit_as<PrefixesRecord>(bytes, visit);
        case RecordKind::kOrganisationName: return visit_as<OrganisationNameRecord>(bytes, visit);
        case RecordKind::kReporter: return visit_as<ReporterRecord>(bytes, visit);
    }
    return fmt::format("a record is of the unknown kind {}", bytes[0]);
}

// What the record says of where it stands; of the others only their transactions know it.
struct NaturalKey {
    std::optional<StateKey> operator()(const OrganisationRecord& one) const { return organisation_key(one.id); }
    std::optional<StateKey> operator()(const ProductRecord& one) const { return product_key(one.gtin); }
    std::optional<StateKey> operator()(const LicenceRecord& one) const {
        return licence_key(one.gtin, one.manufacturer);
    }
    std::optional<StateKey> operator()(const LotRecord& one) const { return lot_key(one.gtin, one.lot); }
    std::optional<StateKey> operator()(const Parameters&) const { return parameters_key(); }
    std::optional<StateKey> operator()(const ActivityRecord&) const { return activity_key(); }
    std::optional<StateKey> operator()(const CouncilRecord&) const { return council_key(); }
    std::optional<StateKey> operator()(const PrefixesRecord&) const { return prefixes_key(); }
    std::optional<StateKey> operator()(const ProposalRecord& one) const { return proposal_key(one.number); }
    std::optional<StateKey> operator()(const ReportRecord& one) const { return report_key(one.id); }
    std::optional<StateKey> operator()(const ReportStatsRecord& one) const {
        return report_stats_key(one.organisation, one.month);
    }
    std::optional<StateKey> operator()(const ReporterRecord& one) const { return reporter_key(one.organisation); }
    std::optional<StateKey> operator()(const SellerRecord& one) const { return seller_key(one.pseudonym); }
    std::optional<StateKey> operator()(const DocumentRecord& one) const {
        return document_key(one.document, one.organisation);
    }
    template <class Other>
    std::optional<StateKey> operator()(const Other&) const {
        return std::nullopt;
    }
};

template <class Record>
concept HasEvents = requires(const Record& record) { record.event_head; };

using Events = std::map<Bytes, const Bytes*, decltype([](const Bytes& a, const Bytes& b) { return as_text(a) < as_text(b); })>;

Events events_of(const BlockEffects& effects) {
    Events events;
    for (const auto& [key, value] : effects.side)
        if (!key.empty() && key[0] == 'e' && value) events.emplace(key, &*value);
    return events;
}

// The new events of one record lead from its head before to its head now. They are taken out of `events`.
template <HasEvents Record>
Fault follow_chain(const StateKey& key, const Record* before, const Record& now, Events& events) {
    Hash256 head = before != nullptr ? before->event_head : Hash256{};
    const std::uint32_t from = before != nullptr ? before->event_count : 0;
    for (std::uint32_t sequence = from; sequence < now.event_count; ++sequence) {
        const auto at = events.find(event_side_key(key, sequence));
        if (at == events.end()) return fmt::format("event {} of {} is missing", sequence, key.hex());
        const auto event = Event::decode(*at->second);
        if (!event.ok() || event->sequence != sequence) return fmt::format("event {} of {} is bad", sequence, key.hex());
        head = next_event_head(head, key, *at->second);
        events.erase(at);
    }
    if (head == now.event_head && from <= now.event_count) return std::nullopt;
    return fmt::format("the chain of events of {} does not go on", key.hex());
}

Fault fault_of_change(const StateKey& key, const std::optional<Bytes>& before, const Bytes& now, Events& events) {
    if (auto fault = fault_of_record(key, now)) return fault;
    if (before && before->at(0) != now[0]) return fmt::format("{} was of kind {}, is {}", key.hex(), before->at(0), now[0]);
    return visit_record(now, [&]<class Record>(const Record& record) -> Fault {
        if constexpr (HasEvents<Record>) {
            const auto earlier = before ? Record::decode(*before) : Record{};
            return follow_chain(key, before ? &*earlier : nullptr, record, events);
        } else {
            return std::nullopt;
        }
    });
}

// -- what records count of each other

class Census {
  public:
    explicit Census(const State& state) {
        for (const auto& entry : state) {
            const auto add = [&](const auto& record) { return take(StateKey::written(entry.first), record); };
            if (!fault_) fault_ = visit_record(entry.second, add);
        }
    }
    Fault fault() {
        if (!fault_) fault_ = fault_of_containers();
        if (!fault_) fault_ = fault_of_registrations();
        if (!fault_) fault_ = fault_of_reports();
        if (!fault_ && open_proposals_ != std::set<std::uint64_t>(council_.open.begin(), council_.open.end()))
            fault_ = "the council's list of open proposals is not right";
        return fault_;
    }

  private:
    template <class Other>
    Fault take(const StateKey&, const Other&) { return std::nullopt; }
    Fault take(const StateKey& key, const ItemRecord& item) {
        items_.emplace(key, item);
        if ((item.state == ItemState::kPacked) == item.container.is_zero())
            return fmt::format("item {} is packed and in nothing, or not packed and in something", key.hex());
        if (!item.container.is_zero()) ++direct_[item.container];
        if (item.state == ItemState::kVoided) return std::nullopt;
        ++volumes_[product_volume_key(item.gtin)];
        if (item.lot.empty()) return std::nullopt;
        ++volumes_[lot_volume_key(item.gtin, item.lot)];
        ++made_[{item.gtin, item.lot, item.maker}];
        return std::nullopt;
    }
    Fault take(const StateKey& key, const ContainerRecord& container) {
        containers_.emplace(key, container);
        if (!container.container.is_zero()) ++direct_[container.container];
        return std::nullopt;
    }
    Fault take(const StateKey& key, const VolumeRecord& volume) {
        said_volumes_.emplace(key, volume.registered);
        return std::nullopt;
    }
    Fault take(const StateKey&, const LotRecord& lot) {
        for (const LotRecord::Made& made : lot.made) said_made_[{lot.gtin, lot.lot, made.maker}] = made.items;
        return std::nullopt;
    }
    Fault take(const StateKey&, const LicenceRecord& licence) {
        if (licence.used <= licence.quota) return std::nullopt;
        return fmt::format("the licence of {} for {} has more used than its quota", licence.manufacturer, licence.gtin);
    }
    Fault take(const StateKey&, const ReportRecord& report) {
        if (report.state != ReportState::kResolved) ++open_reports_[{report.reporter, subject_digest(report.subject)}];
        return std::nullopt;
    }
    Fault take(const StateKey&, const ReporterRecord& reporter) {
        for (const auto& open : reporter.open) said_open_[{reporter.organisation, open.subject}] = open.reports;
        return std::nullopt;
    }
    Fault take(const StateKey&, const ProposalRecord& proposal) {
        if (!decode_change(proposal.change).ok()) return fmt::format("proposal {} does not read", proposal.number);
        if (proposal.state == ProposalState::kOpen || proposal.state == ProposalState::kWaiting)
            open_proposals_.insert(proposal.number);
        return std::nullopt;
    }
    Fault take(const StateKey&, const CouncilRecord& council) {
        council_ = council;
        return std::nullopt;
    }

    Fault fault_of_containers() {
        std::map<StateKey, std::uint64_t> inside;
        std::map<StateKey, std::uint8_t> depths;
        for (const auto& [key, item] : items_)
            for (StateKey at = item.container; !at.is_zero(); at = containers_.at(at).container) ++inside[at];
        for (const auto& [key, container] : containers_) {
            const bool packed = container.state == ItemState::kPacked;
            if (packed != !container.container.is_zero()) return fmt::format("{} is packed and in nothing", key.hex());
            if (container.items != inside[key] || container.direct != direct_[key])
                return fmt::format("container {} counts {} and {}, holds {} and {}", key.hex(), container.items,
                                   container.direct, inside[key], direct_[key]);
            std::uint8_t levels = 1;
            StateKey at = key;
            for (; !at.is_zero() && levels <= limits::kContainerLevelsMax; ++levels) {
                std::uint8_t& depth = depths[at];
                depth = std::max(depth, levels);
                at = containers_.at(at).container;
            }
            if (!at.is_zero()) return fmt::format("container {} is too deep", key.hex());
        }
        for (const auto& [key, container] : containers_) {
            if (container.levels() != depths[key]) return fmt::format("container {} says another depth", key.hex());
        }
        return std::nullopt;
    }
    Fault fault_of_registrations() {
        std::erase_if(said_volumes_, [](const auto& one) { return one.second == 0; });
        if (said_volumes_ != volumes_) return "a volume is not that of the items";
        std::erase_if(said_made_, [](const auto& one) { return one.second == 0; });
        if (said_made_ != made_) return "a lot is not that of the items";
        return std::nullopt;
    }
    Fault fault_of_reports() {
        if (said_open_ != open_reports_) return "what a reporter has open is not that of the reports";
        return std::nullopt;
    }

    using Share = std::array<std::string, 3>;
    using Subject = std::pair<std::string, Hash256>;

    Fault fault_;
    std::map<StateKey, ItemRecord> items_;
    std::map<StateKey, ContainerRecord> containers_;
    std::map<StateKey, std::uint64_t> direct_, volumes_, said_volumes_;
    std::map<Share, std::uint64_t> made_, said_made_;
    std::map<Subject, std::uint64_t> open_reports_, said_open_;
    std::set<std::uint64_t> open_proposals_;
    CouncilRecord council_;
};

}  // namespace

Fault fault_of_record(const Hash256& key, const Bytes& bytes) {
    return visit_record(bytes, [&](const auto& record) -> Fault {
        if (record.encode() != bytes) return fmt::format("record {} is not written as it was", key.hex());
        std::optional<StateKey> place = NaturalKey{}(record);
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(record)>, ValidatorsRecord>)
            place = key == validators_key().hash() ? validators_key() : epoch_key(record.epoch);
        if (!place || place->hash() == key) return std::nullopt;
        return fmt::format("record {} of kind {} belongs to {}", key.hex(), bytes[0], place->hex());
    });
}

Fault fault_of_effects(const ReadRecord& before, const BlockEffects& effects) {
    Events events = events_of(effects);
    for (std::size_t i = 0; i < effects.records.size(); ++i) {
        const auto& [key, now] = effects.records[i];
        if (i > 0 && key <= effects.records[i - 1].first) return "the records are not sorted, each once";
        const std::optional<Bytes> earlier = before(key);
        if (!now && !earlier) return fmt::format("{} is erased and was not there", key.hex());
        if (!now) continue;
        if (auto fault = fault_of_change(StateKey::written(key), earlier, *now, events)) return fault;
    }
    if (!events.empty()) return "an event is of no record that changed";
    for (const TransactionOutcome& outcome : effects.outcomes) {
        const auto again = TransactionOutcome::decode(outcome.encode());
        if (!again.ok() || *again != outcome) return "an outcome is not read as it was written";
    }
    return std::nullopt;
}

Fault fault_of_state(const State& state) { return Census(state).fault(); }

}  // namespace touchstone::ledger::test
