// EPCIS events into operations: the public test documents one by one, and the rules on events of our own.
#include "rpc/epcis/mapping.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "base/limits.h"
#include "rpc/epcis/identifiers.h"
#include "rpc/epcis/times.h"
#include "tests/support/test_data.h"

using namespace touchstone;
using namespace touchstone::epcis;
using nlohmann::json;
namespace op = ledger::op;
namespace fs = std::filesystem;

namespace {

const std::string kItemUri = "urn:epc:id:sgtin:0614141.107346.2017";
const ledger::ItemName kItem{"10614141073464", ledger::serial_commitment("10614141073464", "2017")};
const std::string kOtherUri = "https://id.gs1.org/01/09521141012345/21/2017";
const ledger::ItemName kOther{"09521141012345", ledger::serial_commitment("09521141012345", "2017")};
const std::string kBoxUri = "urn:epc:id:sscc:4012345.0000000333";
// Of whoever captures: nobody is named here.
const ledger::ContainerName kBox{"", ledger::sscc_commitment("040123450000003338")};

std::vector<DocumentEvent> events_of(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    auto events = read_document(text.str());
    REQUIRE(events.ok());
    return *std::move(events);
}

json event(const char* type, const char* action, const char* step = nullptr) {
    json made{{"type", type}, {"eventTime", "2026-01-01T10:00:00Z"}, {"eventTimeZoneOffset", "+01:00"}};
    if (action != nullptr) made["action"] = action;
    if (step != nullptr) made["bizStep"] = step;
    return made;
}
json object_event(const char* action, const char* step = nullptr) {
    json made = event("ObjectEvent", action, step);
    made["epcList"] = {kItemUri, kOtherUri};
    return made;
}
json packing(const char* type, const char* action) {
    json made = event(type, action, "packing");
    made["parentID"] = kBoxUri;
    made["childEPCs"] = json::array({kItemUri});
    return made;
}

Plan plan(const json& one, const CaptureContext& context = {}) {
    const auto events = read_document(one.dump());
    REQUIRE(events.ok());
    return plan_event(events->at(0), context);
}
// The one operation of an event that has one.
template <class Operation>
Operation only(const json& one, const CaptureContext& context = {}) {
    const Plan made = plan(one, context);
    INFO(made.code << ": " << made.reason);
    REQUIRE(made.kind == PlanKind::kOperations);
    REQUIRE(made.operations.size() == 1);
    REQUIRE(std::holds_alternative<Operation>(made.operations[0]));
    return std::get<Operation>(made.operations[0]);
}
std::string kept_for(const json& one) {
    const Plan made = plan(one);
    INFO(made.reason);
    REQUIRE(made.kind == PlanKind::kKeep);
    REQUIRE_FALSE(made.reason.empty());
    REQUIRE_FALSE(made.hash.is_zero());
    return made.code;
}

}  // namespace

TEST_CASE("every event of the valid public documents has a plan, and every plan that keeps one says why") {
    const auto folder = test::test_data("epcis/valid");
    if (!folder) return;
    CaptureContext context;
    context.default_receiver = "carrier";
    std::map<PlanKind, std::size_t> counts;
    std::size_t documents = 0;
    for (const auto& file : fs::directory_iterator(*folder)) {
        INFO(file.path().filename().string());
        ++documents;
        for (const DocumentEvent& one : events_of(file.path())) {
            const Plan made = plan_event(one, context);
            INFO(one.index << " " << made.type << ": " << made.code << " " << made.reason);
            REQUIRE(made.kind != PlanKind::kMalformed);
            REQUIRE(made.kind != PlanKind::kRefused);
            REQUIRE((made.kind != PlanKind::kOperations || !made.operations.empty()));
            REQUIRE((made.kind != PlanKind::kKeep || !made.reason.empty()));
            ++counts[made.kind];
        }
    }
    REQUIRE(documents == 43);
    REQUIRE(counts[PlanKind::kOperations] == 9);
    REQUIRE(counts[PlanKind::kCorrection] == 1);
    REQUIRE(counts[PlanKind::kKeep] == 63);
}

TEST_CASE("every invalid public document is malformed, and its fault is named") {
    const auto folder = test::test_data("epcis/invalid");
    if (!folder) return;
    const std::map<std::string, std::string> faults = {
        {"Combination_of_events_with_missing_mandatory_fields.json", "missing"},
        {"Combination_of_non_standard_bizStep_and_disposition.json", "Core Business Vocabulary"},
        {"ObjectEvent_with_ilmd_field_without_namespace.json", "'materialType' has no namespace"},
        {"ObjectEvent_with_invalid_certificationInfo.json",
         "gs1:certificationAuditDate in certificationInfo is no date"},
        {"ObjectEvent_with_non_standard_bizStep.json", "bizStep 'transforming'"},
        {"ObjectEvent_with_non_standard_disposition.json", "disposition 'in_transport'"},
        {"ObjectEvent_with_unknown_field_in_quantityList.json", "unknown field 'weight' in quantityList"},
        {"ObjectEvent_without_identifier_list.json", "needs an epcList or a quantityList"},
    };
    REQUIRE(std::distance(fs::directory_iterator(*folder), {}) == 8);
    for (const auto& [name, words] : faults) {
        INFO(name);
        for (const DocumentEvent& one : events_of(*folder / name)) {
            const Plan made = plan_event(one, {});
            INFO(made.reason);
            REQUIRE(made.kind == PlanKind::kMalformed);
            REQUIRE(made.reason.find(words) != std::string::npos);
        }
    }
}

TEST_CASE("object events become operations by action and business step, in all three spellings") {
    const CaptureContext to{{}, "carrier", {}, 0};
    const ledger::Items both{kItem, kOther};
    REQUIRE(plan(object_event("ADD", "commissioning")).operations.size() == 2);  // of two products
    REQUIRE(plan(object_event("ADD")).operations.size() == 2);
    for (const char* step :
         {"shipping", "urn:epcglobal:cbv:bizstep:shipping", "https://ref.gs1.org/cbv/BizStep-shipping"}) {
        const auto ship = only<op::Ship>(object_event("OBSERVE", step), to);
        REQUIRE(ship.to == "carrier");
        REQUIRE(ship.items == both);
    }
    REQUIRE(only<op::Receive>(object_event("OBSERVE", "receiving")).items == both);
    REQUIRE(only<op::Sell>(object_event("OBSERVE", "retail_selling")).items == both);
    REQUIRE(only<op::CancelShipment>(object_event("OBSERVE", "void_shipping")).items == both);
    json back = object_event("OBSERVE", "receiving");
    back["disposition"] = "returned";
    REQUIRE(only<op::Return>(back).items == both);
    REQUIRE(only<op::Decommission>(object_event("DELETE", "decommissioning")).into == ledger::ItemState::kDestroyed);
    REQUIRE(only<op::Decommission>(object_event("DELETE", "destroying")).into == ledger::ItemState::kDestroyed);
    REQUIRE(only<op::Decommission>(object_event("DELETE", "sampling")).into == ledger::ItemState::kSampled);
    for (const auto& [action, step] : {std::pair{"OBSERVE", "inspecting"},
                                       {"ADD", "receiving"},
                                       {"DELETE", "dispensing"},
                                       {"OBSERVE", "https://example.com/steps/dusting"}})
        REQUIRE(kept_for(object_event(action, step)) == "no_rule");
    REQUIRE(plan(object_event("OBSERVE", "dusting")).kind == PlanKind::kMalformed);
    REQUIRE(plan(object_event("OBSERVE", "https://ref.gs1.org/cbv/BizStep-dusting")).kind == PlanKind::kMalformed);
}

TEST_CASE("a finding is an inspection when the organisation's finding counts") {
    json found = object_event("OBSERVE", "inspecting");
    found["disposition"] = "non_conformant";
    REQUIRE(kept_for(found) == "no_rule");
    const CaptureContext auditor{{}, {}, "auditor", 1u << static_cast<int>(ledger::Role::kAuditor)};
    REQUIRE(only<op::Inspect>(found, auditor).finding == ledger::Finding::kNonconform);
    found["disposition"] = "conformant";
    REQUIRE(only<op::Inspect>(found, auditor).finding == ledger::Finding::kConform);
}

TEST_CASE("lot, dates and place of a registration come from the event") {
    json one = object_event("ADD", "commissioning");
    one["ilmd"] = {{"cbvmda:lotNumber", "L42"}, {"cbvmda:itemExpirationDate", "2027-12-31T00:00:00Z"}};
    one["readPoint"] = {{"id", "urn:epc:id:sgln:0614141.07346.1234"}};
    const Plan made = plan(one);
    REQUIRE(made.operations.size() == 2);
    for (const ledger::Operation& operation : made.operations) {
        const auto& registration = std::get<op::Register>(operation);
        REQUIRE(registration.lot == "L42");
        REQUIRE(day_text(registration.expiry) == "2027-12-31");
        REQUIRE(registration.facility == *gln_of("urn:epc:id:sgln:0614141.07346.0"));
        REQUIRE(registration.mode == ledger::RegisterMode::kAtomic);
    }
    one["ilmd"]["cbvmda:itemExpirationDate"] = "soon";
    REQUIRE(plan(one).code == "bad_date");
    one["ilmd"]["cbvmda:itemExpirationDate"] = "2027-12-31";
    one["ilmd"]["cbvmda:lotNumber"] = "a lot with blanks";
    REQUIRE(plan(one).code == "bad_lot");
}

TEST_CASE("a shipment goes to the party that will hold the goods, if it is known, with its delivery note") {
    json one = object_event("OBSERVE", "shipping");
    one["destinationList"] = {
        {{"type", "location"}, {"destination", "urn:epc:id:sgln:0614141.00777.0"}},
        {{"type", "urn:epcglobal:cbv:sdt:possessing_party"}, {"destination", "urn:epc:id:pgln:4012345.00225"}}};
    const Parties parties{{*gln_of("urn:epc:id:sgln:0614141.00777.0"), "shop"},
                          {*gln_of("urn:epc:id:pgln:4012345.00225"), "carrier"}};
    REQUIRE(only<op::Ship>(one, {parties, "nobody", {}, 0}).to == "carrier");
    REQUIRE(only<op::Ship>(one, {{}, "fallback", {}, 0}).to == "fallback");
    REQUIRE(plan(one).kind == PlanKind::kRefused);
    REQUIRE(plan(one).code == "unknown_recipient");
    one["destinationList"] =
        json::array({{{"type", "possessing_party"}, {"destination", "urn:touchstone:organisation:swift"}}});
    one["bizTransactionList"] = {{{"type", "po"}, {"bizTransaction", "urn:epcglobal:cbv:bt:0614141073467:PO-1"}},
                                 {{"type", "desadv"}, {"bizTransaction", "urn:epcglobal:cbv:bt:0614141073467:DN-1"}}};
    REQUIRE(only<op::Ship>(one).to == "swift");
    REQUIRE(only<op::Ship>(one).document == "DN-1");
}

TEST_CASE("aggregations of a logistic unit pack and unpack it, and move it") {
    for (const char* type : {"AggregationEvent", "AssociationEvent"}) {
        const auto pack = only<op::Pack>(packing(type, "ADD"));
        REQUIRE(pack == op::Pack{kBox, {kItem}, {}});
        REQUIRE(only<op::Unpack>(packing(type, "DELETE")) == op::Unpack{kBox, {kItem}, {}});
    }
    json seen = packing("AggregationEvent", "OBSERVE");
    REQUIRE(kept_for(seen) == "no_rule");
    seen["bizStep"] = "receiving";
    REQUIRE(only<op::Receive>(seen).containers == ledger::Containers{kBox});
    REQUIRE(only<op::Receive>(seen).items.empty());
    seen["childEPCs"] = json::array();
    REQUIRE(only<op::Receive>(seen).containers == ledger::Containers{kBox});
    json pallet = packing("AggregationEvent", "ADD");
    pallet["childEPCs"] = json::array({"https://id.gs1.org/00/106141412345678908"});
    REQUIRE(only<op::Pack>(pallet).containers ==
            ledger::Containers{{"", ledger::sscc_commitment("106141412345678908")}});
    json other = packing("AssociationEvent", "ADD");
    other["parentID"] = "urn:epc:id:grai:4012345.55555.987";
    REQUIRE(kept_for(other) == "parent");
    json all = packing("AggregationEvent", "DELETE");
    all["childEPCs"] = json::array();
    REQUIRE(kept_for(all) == "no_items");
}

TEST_CASE("a transaction event with an owning party offers ownership, or accepts it") {
    json sale = event("TransactionEvent", "ADD", "shipping");
    sale["epcList"] = json::array({kItemUri});
    REQUIRE(kept_for(sale) == "no_owner");
    sale["destinationList"] =
        json::array({{{"type", "owning_party"}, {"destination", "urn:touchstone:organisation:corner"}}});
    REQUIRE(only<op::TransferOwnership>(sale, {{}, {}, "acme", 0}) == op::TransferOwnership{{kItem}, "corner"});
    REQUIRE(only<op::AcceptOwnership>(sale, {{}, {}, "corner", 0, {}}).items == ledger::Items{kItem});
}

TEST_CASE("a transformation ends its inputs and registers its outputs") {
    json made = event("TransformationEvent", nullptr, "commissioning");
    made["inputEPCList"] = json::array({kItemUri});
    made["outputEPCList"] = json::array({kOtherUri});
    made["ilmd"] = {{"cbvmda:lotNumber", "L7"}};
    const Plan transformation = plan(made);
    REQUIRE(transformation.operations.size() == 2);
    REQUIRE(std::get<op::Decommission>(transformation.operations[0]).items == ledger::Items{kItem});
    REQUIRE(std::get<op::Register>(transformation.operations[1]).items == ledger::Items{kOther});
    REQUIRE(std::get<op::Register>(transformation.operations[1]).lot == "L7");
    made["inputQuantityList"] = {{{"epcClass", "urn:epc:class:lgtin:4012345.011111.4444"}, {"quantity", 10}}};
    REQUIRE(kept_for(made) == "class_level");
}

TEST_CASE("persistent dispositions that the ledger has a rule for set and clear flags, and recall lots") {
    json stolen = object_event("OBSERVE");
    stolen["persistentDisposition"] = {{"set", {"stolen"}}};
    REQUIRE(only<op::Flag>(stolen).flag == ledger::ItemFlag::kStolen);
    stolen["persistentDisposition"] = {{"unset", {"urn:epcglobal:cbv:disp:non_sellable_other"}}};
    REQUIRE(only<op::ClearFlag>(stolen).flag == ledger::ItemFlag::kQuarantined);
    stolen["persistentDisposition"] = {{"set", {"no_pedigree_match"}}, {"unset", {"stolen"}}};
    REQUIRE(plan(stolen).operations.size() == 2);
    stolen["bizStep"] = "receiving";
    REQUIRE(plan(stolen).operations.size() == 3);
    stolen["persistentDisposition"] = {{"set", {"completeness_verified"}}};
    REQUIRE(plan(stolen).operations.size() == 1);
    stolen["bizStep"] = "inspecting";
    REQUIRE(kept_for(stolen) == "no_rule");
    stolen["persistentDisposition"] = {{"set", {"pink"}}};
    REQUIRE(plan(stolen).kind == PlanKind::kMalformed);
    // One piece that is recalled does not recall its lot.
    stolen["persistentDisposition"] = {{"set", {"recalled"}}};
    REQUIRE(kept_for(stolen) == "no_rule");
    json lot = event("ObjectEvent", "OBSERVE", "holding");
    lot["quantityList"] = json::array({{{"epcClass", "urn:epc:class:lgtin:4012345.012345.998877"}}});
    lot["persistentDisposition"] = {{"set", {"recalled"}}};
    REQUIRE(only<op::Recall>(lot) == op::Recall{"04012345123456", "998877", {}, {}});
    lot["persistentDisposition"] = {{"unset", {"recalled"}}};
    REQUIRE(only<op::LiftRecall>(lot) == op::LiftRecall{"04012345123456", "998877", {}});
}

TEST_CASE("an error declaration corrects what the event recorded, and is kept where there is nothing to correct") {
    json wrong = object_event("OBSERVE", "receiving");
    wrong["errorDeclaration"] = {{"declarationTime", "2026-01-02T10:00:00Z"},
                                 {"reason", "urn:epcglobal:cbv:er:did_not_occur"}};
    const Plan correction = plan(wrong);
    REQUIRE(correction.kind == PlanKind::kCorrection);
    REQUIRE(correction.corrected == ledger::EventKind::kReceived);
    REQUIRE(correction.correction_reason == "did_not_occur");
    REQUIRE(correction.items == std::vector<ledger::ItemName>{kItem, kOther});
    wrong["bizStep"] = "inspecting";
    const Plan kept = plan(wrong);
    REQUIRE(kept.kind == PlanKind::kKeep);
    json right = wrong;
    right.erase("errorDeclaration");
    REQUIRE(kept.hash != plan(right).hash);
    REQUIRE(kept.hash == keeping_hash(plan(right).hash, read_time("2026-01-02T10:00:00Z")->ms));
    wrong["errorDeclaration"].erase("declarationTime");
    REQUIRE(plan(wrong).kind == PlanKind::kMalformed);
}

TEST_CASE("nothing is half captured") {
    json one = object_event("OBSERVE", "receiving");
    one["quantityList"] = {{{"epcClass", "urn:epc:class:lgtin:4012345.012345.998877"}, {"quantity", 2}}};
    REQUIRE(kept_for(one) == "class_level");
    one = object_event("OBSERVE", "receiving");
    one["epcList"].push_back("urn:epc:id:giai:4000001.12345");
    REQUIRE(kept_for(one) == "other_identifier");
    REQUIRE(plan(one).items.size() == 2);
    one = object_event("OBSERVE", "retail_selling");
    one["epcList"].push_back(kBoxUri);
    REQUIRE(kept_for(one) == "container");
    one = object_event("OBSERVE", "receiving");
    one["epcList"][1] = "https://id.gs1.org/01/09521141012346/21/2017";
    REQUIRE(plan(one).code == "bad_gtin");
}

TEST_CASE("what is kept names as many items and containers as a document may") {
    json many = object_event("OBSERVE", "storing");
    for (int i = 0; i < 300; ++i)
        many["epcList"].push_back("https://id.gs1.org/01/09521141012345/21/S" + std::to_string(i));
    many["epcList"].push_back(kBoxUri);
    const op::RecordDocument document = keeping(plan(many));
    REQUIRE(document.items.size() == limits::kDocumentKeysMax);
    REQUIRE(document.containers.empty());
    REQUIRE(document.items.front() == kItem);
    REQUIRE(document.document == plan(many).hash);
    many["epcList"] = json::array({kItemUri, kBoxUri});
    REQUIRE(keeping(plan(many)).containers == ledger::Containers{kBox});
}

TEST_CASE("what is no EPCIS document is refused whole") {
    for (const char* bad : {"{", "7", R"({"type":"EPCISDocument","schemaVersion":"2.0"})",
                            R"({"type":"EPCISDocument","schemaVersion":"1.2","epcisBody":{"eventList":[]}})",
                            R"({"type":"EPCISDocument","schemaVersion":"2.0","epcisBody":{"eventList":7}})"})
        REQUIRE(read_document(bad).error().code == "malformed_document");
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    REQUIRE(read_document(nested(60)).ok());
    REQUIRE(read_document(nested(100'000)).error().message.find("levels deep") != std::string::npos);
    REQUIRE(plan_event(read_document("{}")->front(), {}).kind == PlanKind::kMalformed);
    REQUIRE(plan_event(read_document("[7]")->front(), {}).kind == PlanKind::kMalformed);
}
