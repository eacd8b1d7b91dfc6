#include "rpc/epcis/export.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <queue>
#include <set>
#include <tuple>

#include "ledger/rules/corrections.h"
#include "ledger/identifiers/gs1.h"
#include "rpc/epcis/document.h"
#include "rpc/epcis/identifiers.h"
#include "rpc/epcis/times.h"

namespace touchstone::epcis {

using nlohmann::json;
using Kind = ledger::EventKind;

namespace {

// What is one EPCIS event: the same that one transaction recorded of several items or containers.
struct Group {
    ledger::Event event;
    std::vector<ledger::StateKey> items;
    std::vector<ledger::StateKey> containers;
    const ExportItem* first = nullptr;   // of the items: what they have in common
    std::optional<ledger::Event> wrong;  // of a correction
};

bool is_packing(Kind kind) { return kind == Kind::kPacked || kind == Kind::kUnpacked; }
// Tells of a container what its content's own events tell.
bool is_mirrored(Kind kind) { return kind == Kind::kLoaded || kind == Kind::kUnloaded; }

class Groups {
  public:
    explicit Groups(const std::vector<ExportItem>& items) {
        for (const ExportItem& item : items) find_corrected(item);
        for (const ExportItem& item : items) add(item);
    }

    // In an order that keeps each item's; among those that it leaves open, the lower block first.
    std::vector<const Group*> in_order() const {
        std::vector<std::set<std::size_t>> after(groups_.size());
        std::vector<std::size_t> before(groups_.size(), 0);
        for (const std::vector<std::size_t>& way : ways_)
            for (std::size_t i = 1; i < way.size(); ++i)
                if (way[i] != way[i - 1] && after[way[i - 1]].insert(way[i]).second) ++before[way[i]];
        using Place = std::pair<Height, std::size_t>;
        const auto later = [](const Place& a, const Place& b) {
            return std::pair(a.first.value, a.second) > std::pair(b.first.value, b.second);
        };
        std::priority_queue<Place, std::vector<Place>, decltype(later)> ready(later);
        for (std::size_t i = 0; i < groups_.size(); ++i)
            if (before[i] == 0) ready.emplace(groups_[i].event.height, i);
        std::vector<const Group*> ordered;
        while (!ready.empty()) {
            const std::size_t next = ready.top().second;
            ready.pop();
            ordered.push_back(&groups_[next]);
            for (const std::size_t follower : after[next])
                if (--before[follower] == 0) ready.emplace(groups_[follower].event.height, follower);
        }
        return ordered;
    }

  private:
    using Subject = std::pair<ledger::StateKey, std::uint32_t>;  // and the sequence of one of its events

    static ledger::StateKey subject_of(const ExportItem& item, const ExportEvent& one) {
        return one.container.is_zero() ? item.name.key() : one.container;
    }
    void find_corrected(const ExportItem& item) {
        for (const ExportEvent& one : item.events)
            if (const auto wrong = ledger::corrected_sequence(one.event))
                corrected_.emplace(subject_of(item, one), *wrong);
    }

    // Equal for what belongs into one group. An event that was corrected, and a correction, stand alone: both have to
    // name the same item.
    std::string identity(const ExportItem& item, const ExportEvent& one) const {
        const ledger::Event& event = one.event;
        const ledger::StateKey subject = subject_of(item, one);
        std::string made =
            fmt::format("{}/{}/{}", event.transaction_id.hex(), ledger::name_of(event.kind), event.other);
        if (!is_packing(event.kind)) made += "/" + event.detail;
        if (event.kind == Kind::kRegistered)
            made += fmt::format("/{}/{}/{}/{}/{}", item.record.gtin, item.record.expiry, item.record.made_on,
                                item.record.facility, item.uri.empty());
        const bool alone = event.kind == Kind::kCorrected || corrected_.contains({subject, event.sequence});
        return alone ? made + "/" + subject.hex() : made;
    }

    void add(const ExportItem& item) {
        std::vector<std::size_t>& way = ways_.emplace_back();
        std::map<std::string, int> times;
        std::map<Subject, const ledger::Event*> by_sequence;
        for (const ExportEvent& one : item.events) {
            const ledger::StateKey subject = subject_of(item, one);
            by_sequence[{subject, one.event.sequence}] = &one.event;
            if (is_mirrored(one.event.kind)) continue;
            std::string name = identity(item, one);
            // The same once more in one transaction, as a flag that is set, cleared and set.
            name += fmt::format("#{}", times[name + subject.hex()]++);
            const auto [at, added] = places_.emplace(std::move(name), groups_.size());
            if (added) groups_.push_back({one.event, {}, {}, &item, std::nullopt});
            way.push_back(at->second);
            Group& group = groups_[at->second];
            if (one.container.is_zero()) {
                group.items.push_back(item.name.key());
            } else if (containers_.emplace(at->second, subject).second) {
                group.containers.push_back(subject);
            }
            if (const auto wrong = ledger::corrected_sequence(one.event))
                if (const auto known = by_sequence.find({subject, *wrong}); known != by_sequence.end())
                    group.wrong = *known->second;
        }
    }

    std::set<Subject> corrected_;
    std::map<std::string, std::size_t> places_;
    std::set<std::pair<std::size_t, ledger::StateKey>> containers_;
    std::vector<Group> groups_;
    std::vector<std::vector<std::size_t>> ways_;
};

class Writer {
  public:
    Writer(const std::vector<ExportItem>& items, const ExportNames& names) : names_(names) {
        for (const ExportItem& item : items)
            uris_[item.name.key()] = !item.uri.empty() ? item.uri
                                                       : fmt::format("{}{}:{}", kItemUrn, item.name.gtin,
                                                                     item.name.commitment.hex());
        namespaces_ = standard_namespaces();
        namespaces_[std::string(kPrefix)] = std::string(kNamespace);
        namespaces_["cbvmda"] = kMasterData;
    }

    static constexpr const char* kMasterData = "urn:epcglobal:cbv:mda:";

    json write(const Group& group) const {
        if (!group.wrong) return with_id(plain(group, group.event));
        json event = plain(group, *group.wrong);
        json declaration{{"declarationTime", time_text(group.event.time)}};
        const std::size_t colon = group.event.detail.find(": ");
        if (colon != std::string::npos) {
            declaration["reason"] = "incorrect_data";
            declaration[own("reason")] = group.event.detail.substr(colon + 2);
        }
        event["errorDeclaration"] = std::move(declaration);
        return with_id(std::move(event));
    }

  private:
    static std::string own(std::string_view local) { return fmt::format("{}:{}", kPrefix, local); }

    json with_id(json event) const {
        event["eventID"] = event_id_of(event_hash(event, namespaces_));
        return event;
    }

    json plain(const Group& group, const ledger::Event& event) const {
        json out{{"type", "ObjectEvent"},
                 {"eventTime", time_text(event.time)},
                 {"eventTimeZoneOffset", "+00:00"},
                 {"action", "OBSERVE"},
                 {"bizStep", ledger::biz_step_of(event.kind)},
                 {"disposition", ledger::disposition_of(event.kind)}};
        out[own("kind")] = ledger::name_of(event.kind);
        out[own("actor")] = event.actor;
        out[own("transaction")] = event.transaction_id.hex();
        if (is_packing(event.kind)) {
            write_packing(out, group, event);
            return out;
        }
        if (!event.other.empty()) out[own("other")] = event.other;
        if (!event.detail.empty()) out[own("detail")] = event.detail;
        out["epcList"] = epcs_of(group);
        write_words(out, group, event);
        return out;
    }

    json epcs_of(const Group& group) const {
        json epcs = json::array();
        for (const ledger::StateKey& item : group.items) epcs.push_back(uris_.at(item));
        for (const ledger::StateKey& container : group.containers) epcs.push_back(container_uri(container));
        return epcs;
    }
    std::string container_uri(const ledger::StateKey& key) const {
        if (const auto sscc = names_.sscc(key)) return "https://id.gs1.org/00/" + *sscc;
        return std::string(kContainerKeyUrn) + key.hex();
    }
    json party(const char* member, const char* type, const std::string& organisation) const {
        const auto gln = names_.gln(organisation);
        const std::string uri = gln ? "https://id.gs1.org/417/" + *gln : std::string(kOrganisationUrn) + organisation;
        return json::array({json{{"type", type}, {member, uri}}});
    }

    void write_packing(json& out, const Group& group, const ledger::Event& event) const {
        out["type"] = "AggregationEvent";
        out["action"] = event.kind == Kind::kPacked ? "ADD" : "DELETE";
        out["parentID"] = container_uri(ledger::StateKey::written(Hash256::from_hex(event.other).value_or(Hash256{})));
        out["childEPCs"] = epcs_of(group);
    }

    // What the standard has fields for.
    void write_words(json& out, const Group& group, const ledger::Event& event) const {
        const std::string word = event.detail.substr(0, event.detail.find(": "));
        switch (event.kind) {
            case Kind::kRegistered:
                return write_registration(out, *group.first);
            case Kind::kShipped:
                out["destinationList"] = party("destination", "possessing_party", event.other);
                if (!event.detail.empty())
                    out["bizTransactionList"] = json::array(
                        {json{{"type", "desadv"},
                              {"bizTransaction", std::string(kDocumentUrn) + percent_encode(event.detail)}}});
                return;
            case Kind::kReceived:
                out["sourceList"] = party("source", "possessing_party", event.other);
                return;
            case Kind::kDecommissioned:
                out["action"] = "DELETE";
                if (word == "destroyed") out["bizStep"] = "destroying", out["disposition"] = "destroyed";
                if (word == "sampled") out["bizStep"] = "sampling";
                return;
            case Kind::kFlagged:
            case Kind::kFlagCleared:
                return write_flag(out, event.kind, word);
            case Kind::kInspected:
                out["disposition"] = word == "conform"      ? "conformant"
                                     : word == "nonconform" ? "non_conformant"
                                                            : "no_pedigree_match";
                return;
            default:
                return write_ownership(out, event);
        }
    }

    void write_registration(json& out, const ExportItem& item) const {
        out["action"] = "ADD";
        if (!item.record.facility.empty())
            out["bizLocation"] = {{"id", "https://id.gs1.org/414/" + item.record.facility}};
        json ilmd = json::object();
        if (!item.record.lot.empty()) ilmd["cbvmda:lotNumber"] = item.record.lot;
        if (item.record.expiry != 0) ilmd["cbvmda:itemExpirationDate"] = day_text(item.record.expiry);
        if (item.record.made_on != 0) ilmd["cbvmda:productionDate"] = day_text(item.record.made_on);
        if (!ilmd.empty()) out["ilmd"] = std::move(ilmd);
    }

    static void write_flag(json& out, Kind kind, std::string_view flag) {
        const char* const disposition = flag == "stolen"        ? "stolen"
                                        : flag == "quarantined" ? "non_sellable_other"
                                        : flag == "recalled"    ? "recalled"
                                                                : "no_pedigree_match";
        out["persistentDisposition"][kind == Kind::kFlagged ? "set" : "unset"] = json::array({disposition});
    }

    void write_ownership(json& out, const ledger::Event& event) const {
        const bool offered = event.kind == Kind::kOwnershipOffered, accepted = event.kind == Kind::kOwnershipAccepted;
        const bool ended = event.kind == Kind::kOwnershipRejected || event.kind == Kind::kOwnershipOfferCancelled;
        if (!offered && !accepted && !ended) return;
        out["type"] = "TransactionEvent";
        out["action"] = ended ? "DELETE" : "ADD";
        out["bizTransactionList"] =
            json::array({json{{"type", own("ownership")},
                              {"bizTransaction", std::string(kTransactionUrn) + event.transaction_id.hex()}}});
        if (!ended) out["destinationList"] = party("destination", "owning_party", offered ? event.other : event.actor);
    }

    const ExportNames& names_;
    std::map<ledger::StateKey, std::string> uris_;
    Namespaces namespaces_;
};

}  // namespace

json export_document(const std::vector<ExportItem>& items, const ExportNames& names, WallTime created) {
    const Groups groups(items);
    const Writer writer(items, names);
    json events = json::array();
    for (const Group* group : groups.in_order()) events.push_back(writer.write(*group));
    json document = make_document(std::move(events), time_text(created));
    document["@context"][1]["cbvmda"] = Writer::kMasterData;
    return document;
}

}  // namespace touchstone::epcis
