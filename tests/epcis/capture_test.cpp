// Captures against the real rules of the ledger, and histories out of it as EPCIS and into another one.
#include "rpc/epcis/capture.h"

#include <catch2/catch.hpp>

#include "ledger/records/document_records.h"
#include "rpc/epcis/export.h"
#include "tests/epcis/world_port.h"

using namespace touchstone;
using namespace touchstone::epcis;
using namespace touchstone::ledger::test;
using epcis::test::WorldPort;
using nlohmann::json;
namespace op = ledger::op;

namespace {

std::string uri(int number) { return "https://id.gs1.org/01/" + kGtin + "/21/" + std::to_string(number); }
const std::string kBoxUri = "https://id.gs1.org/00/106141412345678908";
const std::string kSscc = "106141412345678908";
const ledger::ContainerName kBox{"brand", ledger::sscc_commitment(kSscc)};
const ledger::ContainerName kMakersBox{"maker", ledger::sscc_commitment(kSscc)};

json event(const char* action, const char* step, std::vector<std::string> epcs) {
    return {{"type", "ObjectEvent"},
            {"eventTime", "2026-01-01T10:00:00Z"},
            {"eventTimeZoneOffset", "+01:00"},
            {"action", action},
            {"bizStep", step},
            {"epcList", std::move(epcs)}};
}
json packing(const char* action, std::vector<std::string> epcs) {
    json made = event(action, "packing", {});
    made.erase("epcList");
    made["type"] = "AggregationEvent";
    made["parentID"] = kBoxUri;
    made["childEPCs"] = std::move(epcs);
    return made;
}

struct Desk {
    Desk() { world.with_product(); }

    std::vector<EventResult> capture(const std::string& organisation, const json& events,
                                     Behaviour behaviour = Behaviour::kProceed) {
        const auto read = read_document(events.dump());
        REQUIRE(read.ok());
        WorldPort port(world, organisation);
        const CaptureContext context{{}, "shop", organisation, 0,
                                     [&](const Hash256& commitment) { return port.containers(commitment); }};
        std::vector<EventResult> results = plan_events(*read, context);
        capture_events(results, {behaviour, organisation, {}}, port);
        submitted = port.submitted;
        return results;
    }
    // Of a capture of one event.
    EventResult one(const std::string& organisation, const json& events) {
        auto results = capture(organisation, json::array({events}));
        REQUIRE(results.size() == 1);
        return results[0];
    }
    std::vector<std::string> states(const std::vector<EventResult>& results) {
        std::vector<std::string> made;
        for (const EventResult& result : results) made.emplace_back(name_of(result.state));
        return made;
    }

    World world;
    int submitted = 0;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("each event has its result, and one that is refused does not stop the others") {
    Desk desk;
    const json document =
        json::array({event("ADD", "commissioning", {uri(1), uri(2)}), event("OBSERVE", "receiving", {uri(1)}),
                     event("OBSERVE", "storing", {uri(1)}), event("OBSERVE", "dusting", {uri(1)}),
                     packing("ADD", {uri(1)}), event("OBSERVE", "shipping", {kBoxUri})});
    const auto results = desk.capture("brand", document);
    REQUIRE(desk.states(results) == Names{"accepted", "refused", "kept", "malformed", "accepted", "accepted"});
    REQUIRE(results[1].code == "not_in_transit");
    REQUIRE(results[3].code == "malformed_event");
    REQUIRE(desk.world.item_at(item(1)).state == ledger::ItemState::kPacked);
    REQUIRE(desk.world.box_at(kBox).receiver == "shop");
    const auto kept = desk.world.get<ledger::DocumentRecord>(ledger::document_key(results[2].plan.hash, "brand"));
    REQUIRE(kept);
    REQUIRE_FALSE(results[2].transaction.empty());

    // The same again, except that the container is on its way by now.
    const auto again = desk.capture("brand", document);
    REQUIRE(desk.states(again) ==
            Names{"already_there", "refused", "already_there", "malformed", "already_there", "already_there"});
}

TEST_CASE("a part that is there already is no fault, and the rest goes through") {
    Desk desk;
    desk.one("brand", event("ADD", "commissioning", {uri(1)}));
    const EventResult more = desk.one("brand", event("ADD", "commissioning", {uri(1), uri(2)}));
    REQUIRE(more.state == EventState::kAccepted);
    REQUIRE(desk.world.item_at(item(2)).maker == "brand");
    desk.one("brand", event("OBSERVE", "shipping", {uri(1)}));
    REQUIRE(desk.one("brand", event("OBSERVE", "shipping", {uri(1), uri(2)})).state == EventState::kAccepted);
    REQUIRE(desk.world.item_at(item(2)).state == ledger::ItemState::kInTransit);
    // To another receiver it is not the same shipment.
    json other = event("OBSERVE", "shipping", {uri(1)});
    other["destinationList"] =
        json::array({{{"type", "possessing_party"}, {"destination", "urn:touchstone:organisation:carrier"}}});
    REQUIRE(desk.one("brand", other).code == "in_transit");
}

TEST_CASE("rollback takes all events in one transaction, or none") {
    Desk desk;
    const json good = json::array(
        {event("ADD", "commissioning", {uri(1)}), packing("ADD", {uri(1)}), event("OBSERVE", "storing", {uri(1)})});
    json bad = good;
    bad.push_back(event("OBSERVE", "receiving", {uri(9)}));
    const auto refused = desk.capture("brand", bad, Behaviour::kRollback);
    REQUIRE(desk.states(refused) == Names{"refused", "refused", "refused", "refused"});
    REQUIRE(refused[3].code == "item_unknown");
    REQUIRE(refused[0].code == "rolled_back");
    REQUIRE_FALSE(desk.world.get<ledger::ItemRecord>(item(1)));
    REQUIRE(desk.submitted == 1);

    bad = good;
    bad.push_back(event("OBSERVE", "dusting", {uri(1)}));
    desk.capture("brand", bad, Behaviour::kRollback);
    REQUIRE(desk.submitted == 0);

    REQUIRE(desk.states(desk.capture("brand", good, Behaviour::kRollback)) == Names{"accepted", "accepted", "kept"});
    REQUIRE(desk.submitted == 1);
    REQUIRE(desk.states(desk.capture("brand", good, Behaviour::kRollback)) ==
            Names{"already_there", "already_there", "already_there"});
}

TEST_CASE("the same event twice in a capture is recorded once") {
    Desk desk;
    const json one = event("ADD", "commissioning", {uri(1)});
    const auto results = desk.capture("brand", json::array({one, one}));
    REQUIRE(desk.states(results) == Names{"accepted", "already_there"});
    REQUIRE(results[1].code == "same_event");
}

TEST_CASE("an error declaration corrects the last event of its kind that the organisation recorded") {
    Desk desk;
    desk.capture("brand",
                 json::array({event("ADD", "commissioning", {uri(1)}), event("OBSERVE", "shipping", {uri(1)})}));
    json wrong = event("OBSERVE", "shipping", {uri(1)});
    wrong["errorDeclaration"] = {{"declarationTime", "2026-01-02T10:00:00Z"}, {"reason", "did_not_occur"}};
    REQUIRE(desk.one("brand", wrong).state == EventState::kAccepted);
    const ledger::Event correction = desk.world.events(item(1)).back();
    REQUIRE(correction.kind == ledger::EventKind::kCorrected);
    REQUIRE(correction.detail == "1: did_not_occur");
    // It was corrected: there is no other.
    REQUIRE(desk.one("brand", wrong).code == "correction_unknown");
    REQUIRE(desk.one("rival", wrong).code == "correction_unknown");
}

TEST_CASE("a node that is lost leaves what was not answered unsent") {
    Desk desk;
    const auto read = read_document(json::array({event("ADD", "commissioning", {uri(1)})}).dump());
    for (const Behaviour behaviour : {Behaviour::kProceed, Behaviour::kRollback}) {
        std::vector<EventResult> results = plan_events(*read, {});
        WorldPort port(desk.world, "brand");
        port.lost = true;
        capture_events(results, {behaviour, "brand", {}}, port);
        REQUIRE(results[0].state == EventState::kUnsent);
        REQUIRE(results[0].code == "unreachable");
    }
}

// -- both ways

namespace {

struct Telling {
    std::string kind, actor, other, detail, container;
    bool operator==(const Telling&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Telling& one) {
    return out << one.kind << "|" << one.actor << "|" << one.other << "|" << one.detail << "|" << one.container;
}

bool names_place(ledger::EventKind kind) {
    return kind == ledger::EventKind::kPacked || kind == ledger::EventKind::kUnpacked;
}

// What of an event must be the same in another chain.
Telling telling(const ledger::Event& event, const ledger::StateKey& container) {
    return {std::string(ledger::name_of(event.kind)), event.actor, event.other,
            names_place(event.kind) ? std::string() : event.detail,
            container.is_zero() ? std::string() : container.hex()};
}

// An item's own events joined with those of the containers around it, as far as this test needs it: a container's
// events belong to the item while its own last event of packing has it there.
std::vector<ExportEvent> provenance(const World& world, const ledger::StateKey& subject, const ledger::StateKey& as) {
    std::vector<ExportEvent> made;
    const auto own = world.events(subject);
    for (std::size_t i = 0; i < own.size(); ++i) {
        made.push_back({own[i], as});
        if (own[i].kind != ledger::EventKind::kPacked) continue;
        const auto box = ledger::StateKey::written(*Hash256::from_hex(own[i].other));
        const Height until = i + 1 < own.size() ? own[i + 1].height : Height(~0ull);
        for (const ExportEvent& around : provenance(world, box, box))
            if (around.event.height > own[i].height && around.event.height < until) made.push_back(around);
    }
    return made;
}

ExportItem exported(const World& world, int number, bool with_uri) {
    return {item(static_cast<std::uint64_t>(number)), with_uri ? uri(number) : "",
            world.item_at(item(static_cast<std::uint64_t>(number))),
            provenance(world, item(static_cast<std::uint64_t>(number)), {})};
}

std::vector<Telling> tellings(const World& world, int number) {
    std::vector<Telling> made;
    for (const ExportEvent& one : provenance(world, item(static_cast<std::uint64_t>(number)), {}))
        if (one.event.kind != ledger::EventKind::kLoaded && one.event.kind != ledger::EventKind::kUnloaded)
            made.push_back(telling(one.event, one.container));
    return made;
}

// A life with everything that an EPCIS document can carry over.
void live(Desk& desk) {
    World& world = desk.world;
    auto registration = World::registration({item(1), item(2), item(3)}, "L1");
    registration.expiry = 22'000;
    registration.made_on = 19'000;
    registration.facility = kGln;
    const auto step = [&](const char* actor, const ledger::Operation& operation) {
        world.time.ms += 1000;
        world.must(actor, {operation});
    };
    step("maker", registration);
    step("maker", op::RecordDocument{digest(99), {item(1)}, {}});
    step("maker", op::Pack{kMakersBox, {item(1), item(2)}, {}});
    step("maker", op::Ship{{}, "carrier", "DN 1/2", {kMakersBox}});
    step("maker", op::CancelShipment{{}, {kMakersBox}});
    step("maker", op::Ship{{}, "carrier", {}, {kMakersBox}});
    step("carrier", op::RejectShipment{{}, "wet", {kMakersBox}});
    step("maker", op::Ship{{}, "shop", {}, {kMakersBox}});
    step("shop", op::Receive{{}, {kMakersBox}});
    step("shop", op::Unpack{kMakersBox, {item(1), item(2)}, {}});
    step("customs", op::Flag{{item(1)}, ledger::ItemFlag::kQuarantined, "papers"});
    step("customs", op::ClearFlag{{item(1)}, ledger::ItemFlag::kQuarantined, {}});
    step("auditor", op::Inspect{{item(1)}, ledger::Finding::kNonconform, digest(98)});
    step("brand", op::TransferOwnership{{item(1), item(2)}, "shop"});
    step("shop", op::AcceptOwnership{{item(1)}});
    step("shop", op::RejectOwnership{{item(2)}, "price"});
    step("shop", op::Sell{{item(1), item(2)}, "FR", {}});
    step("shop", op::CancelSale{{item(2)}, "till"});
    step("shop", op::Return{{item(1)}, "small"});
    step("brand", op::Decommission{{item(3)}, ledger::ItemState::kSampled, "assay"});
    json wrong = event("DELETE", "sampling", {uri(3)});
    wrong["errorDeclaration"] = {{"declarationTime", "2026-01-02T10:00:00Z"}};
    REQUIRE(desk.one("brand", wrong).state == EventState::kAccepted);
}

// Every event by the organisation that recorded it, as each member would capture its own.
void capture_as_recorded(Desk& desk, const json& document) {
    for (const json& one : document["epcisBody"]["eventList"]) {
        json single = document;
        single["epcisBody"]["eventList"] = json::array({one});
        const auto results = desk.capture(one["touchstone:actor"].get<std::string>(), single);
        INFO(one.dump() << "\n" << results[0].code << " " << results[0].message);
        REQUIRE(results[0].state == EventState::kAccepted);
    }
}

const ExportNames kBoxNamed{[](const ledger::StateKey& key) {
                                return key == kMakersBox.key() ? std::optional(kSscc) : std::nullopt;
                            },
                           [](const std::string&) { return std::nullopt; }};

}  // namespace

TEST_CASE("an exported history that is captured into another chain gives the same history") {
    for (const bool named : {true, false}) {
        Desk first;
        live(first);
        const json document = export_document(
            {exported(first.world, 1, named), exported(first.world, 2, named), exported(first.world, 3, true)},
            kBoxNamed, first.world.time);
        Desk second;
        second.world.time.ms += 5 * kDayMs;
        capture_as_recorded(second, document);
        for (const int number : {1, 2, 3}) REQUIRE(tellings(second.world, number) == tellings(first.world, number));
        const ledger::ItemRecord before = first.world.item_at(item(1)), after = second.world.item_at(item(1));
        REQUIRE(std::tie(after.gtin, after.lot, after.expiry, after.made_on, after.facility, after.state, after.flags,
                         after.owner, after.custodian, after.maker) ==
                std::tie(before.gtin, before.lot, before.expiry, before.made_on, before.facility, before.state,
                         before.flags, before.owner, before.custodian, before.maker));
    }
}

TEST_CASE("an exported event is identified by its hash, and one event tells of all items of its transaction") {
    Desk desk;
    live(desk);
    const json document = export_document(
        {exported(desk.world, 1, true), exported(desk.world, 2, true)},
        {[](const ledger::StateKey& key) {
             return key == kMakersBox.key() ? std::optional<std::string>(kSscc) : std::nullopt;
         },
         [](const std::string& id) { return id == "shop" ? std::optional<std::string>(kGln) : std::nullopt; }},
        desk.world.time);
    const auto read = read_document(document.dump());
    REQUIRE(read.ok());
    std::map<std::string, int> kinds;
    for (const DocumentEvent& one : *read) {
        REQUIRE(one.event["eventID"] == event_id_of(event_hash(one.event, one.namespaces)));
        ++kinds[one.event["touchstone:kind"]];
        if (one.event["touchstone:kind"] == "shipped") REQUIRE(one.event["epcList"] == json::array({kBoxUri}));
        if (one.event["touchstone:kind"] == "packed") {
            REQUIRE(one.event["parentID"] == kBoxUri);
            REQUIRE(one.event["childEPCs"] == json::array({uri(1), uri(2)}));
        }
    }
    REQUIRE(kinds["registered"] == 1);
    REQUIRE(kinds["shipped"] == 3);
    REQUIRE(kinds["sold"] == 1);
    REQUIRE(kinds["loaded"] == 0);
    // The reference implementation of the hash takes types in the order in which they are written.
    REQUIRE(json::parse(document_text(document, 2)) == document);
    REQUIRE(document_text(document, -1).find(R"({"type":"desadv","bizTransaction":)") != std::string::npos);
    const json& ship = document["epcisBody"]["eventList"][3];
    REQUIRE(ship["destinationList"][0]["destination"] == "urn:touchstone:organisation:carrier");
    REQUIRE(ship["bizTransactionList"][0]["bizTransaction"] == "urn:touchstone:document:DN%201%2F2");
}

TEST_CASE("an exported correction is the event once more, with the declaration of its error") {
    Desk desk;
    live(desk);
    const json document = export_document({exported(desk.world, 3, true)}, kBoxNamed, desk.world.time);
    const json& events = document["epcisBody"]["eventList"];
    REQUIRE(events.size() == 3);
    REQUIRE(events[2]["eventID"] == events[1]["eventID"]);
    REQUIRE(events[2]["touchstone:kind"] == "decommissioned");
    REQUIRE(events[2]["errorDeclaration"].contains("declarationTime"));
    REQUIRE_FALSE(events[1].contains("errorDeclaration"));
}

TEST_CASE("an event that another organisation recorded is left to it") {
    Desk desk;
    live(desk);
    const json document = export_document({exported(desk.world, 3, true)}, kBoxNamed, desk.world.time);
    Desk second;
    const auto results = second.capture("rival", document);
    for (const EventResult& result : results) REQUIRE(result.code == "other_actor");
}
