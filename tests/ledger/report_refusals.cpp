// Refusals of reports, sellers, inspections, corrections and territories; run by refusals_test.cpp, whose set must be
// complete.
#include "ledger/rules/corrections.h"
#include "tests/ledger/refusal_checks.h"
#include "tests/ledger/reports.h"

namespace touchstone::ledger::test {

void report_refusals() {
    World world;
    world.with_items(2);
    op::Report wrong = report_on(item(0));
    wrong.subject.lot = "L1";
    rejected(world, wrong, Refusal::kBadReport);
    wrong = report_on(item(0));
    wrong.subject.kind = ReportSubjectKind{5};
    rejected(world, wrong, Refusal::kMalformed);
    wrong = report_on(item(0));
    wrong.kind = ReportKind{6};
    rejected(world, wrong, Refusal::kMalformed);
    wrong = report_on(item(0));
    wrong.evidence.resize(limits::kEvidenceMax);
    REQUIRE(parse(world.sign("brand", {wrong}), world.parameters).ok());
    wrong.evidence.resize(limits::kEvidenceMax + 1);
    rejected(world, wrong, Refusal::kTooLarge);
    wrong = report_on(item(0));
    wrong.text = std::string(limits::kReasonBytesMax + 1, 'a');
    rejected(world, wrong, Refusal::kBadText);
    rejected(world, op::Resolve{digest(0), ReportOutcome::kNone, {}}, Refusal::kMalformed);
    rejected(world, op::Inspect{items(0, 1), Finding{4}, {}}, Refusal::kMalformed);

    refused(world, "shop", {report_on(item(9))}, Refusal::kItemUnknown);
    refused(world, "shop", {report_about({ReportSubjectKind::kProduct, {}, kOtherGtin, {}, {}, {}})},
            Refusal::kProductUnknown);
    refused(world, "shop", {report_about({ReportSubjectKind::kLot, {}, kOtherGtin, "L1", {}, {}})},
            Refusal::kProductUnknown);
    refused(world, "brand", {report_about({ReportSubjectKind::kListing, {}, {}, {}, "nobody", digest(7)})},
            Refusal::kUnknownRecipient);
    refused(world, "brand", {report_about({ReportSubjectKind::kListing, {}, {}, {}, "shop", digest(7)})},
            Refusal::kNotPlatform);
    refused(world, "brand", {op::Respond{digest(5), {}}}, Refusal::kReportUnknown);
    refused(world, "customs", {op::Resolve{digest(5), ReportOutcome::kUpheld, {}}}, Refusal::kReportUnknown);

    const Hash256 id = file(world, "shop", report_on(item(0)));
    for (const char* other : {"shop", "customs"})
        refused(world, other, {op::Respond{id, "no"}}, Refusal::kNotHandler);
    for (const char* other : {"rival", "market"})
        refused(world, other, {op::Respond{id, "no"}}, Refusal::kReportUnknown);
    refused(world, "brand", {op::Resolve{id, ReportOutcome::kWithdrawn, {}}}, Refusal::kNotReporter);
    for (const char* other : {"shop", "brand", "auditor"})
        refused(world, other, {op::Resolve{id, ReportOutcome::kUpheld, {}}}, Refusal::kNotAllowed);
    world.must("brand", {op::Respond{id, "we look into it"}});
    refused(world, "brand", {op::Respond{id, "again"}}, Refusal::kReportResponded);
    world.must("customs", {op::Resolve{id, ReportOutcome::kRejected, "genuine"}});
    refused(world, "brand", {op::Respond{id, "late"}}, Refusal::kReportResolved);
    refused(world, "shop", {op::Resolve{id, ReportOutcome::kWithdrawn, {}}}, Refusal::kReportResolved);
    refused(world, "brand", {op::Inspect{items(0, 1), Finding::kConform, {}}}, Refusal::kNotAllowed);
    refused(world, "auditor", {op::Inspect{items(0, 3), Finding::kConform, {}}}, Refusal::kItemUnknown);
}

void seller_refusals() {
    Genesis genesis = small_genesis();
    genesis.organisations.push_back(organisation("bazaar", {Role::kPlatform}));
    World world(genesis);
    world.with_items(3);
    world.must("brand", {op::Ship{items(0, 3), "market", {}}});
    world.must("market", {op::Receive{items(0, 3)}});
    const Hash256 shop = digest(100), other = digest(101);
    rejected(world, op::RegisterSeller{shop, ""}, Refusal::kBadText);
    rejected(world, op::RegisterSeller{Hash256{}, "FR"}, Refusal::kBadPseudonym);
    rejected(world, op::SetSellerStanding{shop, SellerStanding{5}, {}}, Refusal::kMalformed);
    refused(world, "brand", {op::RegisterSeller{shop, "FR"}}, Refusal::kNotAllowed);
    refused(world, "market", {op::SetSellerStanding{shop, SellerStanding::kWarned, {}}}, Refusal::kSellerUnknown);
    refused(world, "market", {op::Sell{items(0, 1), "FR", shop}}, Refusal::kSellerUnknown);
    world.must("market", {op::RegisterSeller{shop, "FR"}});
    refused(world, "market", {op::RegisterSeller{shop, "FR"}}, Refusal::kSellerExists);
    refused(world, "market", {op::RegisterSeller{shop, "DE"}}, Refusal::kRecordedOtherwise);
    refused(world, "bazaar", {op::SetSellerStanding{shop, SellerStanding::kWarned, {}}}, Refusal::kSellerNotYours);
    refused(world, "market", {op::SetSellerStanding{shop, SellerStanding::kActive, {}}}, Refusal::kStandingUnchanged);
    refused(world, "brand", {op::SetSellerStanding{shop, SellerStanding::kWarned, {}}}, Refusal::kNotAllowed);

    world.must("bazaar", {op::RegisterSeller{other, "FR"}});
    refused(world, "market", {op::Sell{items(0, 1), "FR", other}}, Refusal::kSellerNotYours);
    world.must("brand", {World::registration(items(9, 1))});
    refused(world, "brand", {op::Sell{items(9, 1), "FR", shop}}, Refusal::kNotAllowed);
    for (const SellerStanding standing : {SellerStanding::kSuspended, SellerStanding::kClosed}) {
        world.must("market", {op::SetSellerStanding{shop, standing, "fakes"}});
        refused(world, "market", {op::Sell{items(0, 1), "FR", shop}}, Refusal::kSellerSuspended);
    }
    refused(world, "market", {op::RegisterSeller{shop, "FR"}}, Refusal::kSellerClosed);
    op::Report named = report_on(item(0));
    named.seller = other;
    refused(world, "market", {named}, Refusal::kSellerNotYours);
    refused(world, "customs", {named}, Refusal::kBadReport);
}

void correction_refusals() {
    World world;
    world.with_items(1);
    world.must("brand", {op::Ship{items(0, 1), "carrier", "DN-1"}});
    world.must("carrier", {op::Receive{items(0, 1)}});
    refused(world, "brand", {op::Correct{item(9), 0, {}, {}, {}}}, Refusal::kItemUnknown);
    op::Correct none = correction(world, item(0), 2);
    none.sequence = 3;
    refused(world, "carrier", {none}, Refusal::kCorrectionSequence);
    refused(world, "carrier", {correction(world, item(0), 1)}, Refusal::kCorrectionNotYours);
    op::Correct broken = correction(world, item(0), 1);
    broken.head_before.bytes[0] ^= 1;
    refused(world, "brand", {broken}, Refusal::kCorrectionChain);
    broken = correction(world, item(0), 1);
    broken.events[1].back() ^= 1;
    refused(world, "brand", {broken}, Refusal::kCorrectionChain);
    broken = correction(world, item(0), 1);
    std::swap(broken.events[0], broken.events[1]);
    refused(world, "brand", {broken}, Refusal::kCorrectionChain);
    broken = correction(world, item(0), 1);
    broken.events.pop_back();
    refused(world, "brand", {broken}, Refusal::kCorrectionChain);
    broken = correction(world, item(0), 1);
    broken.sequence = 2;  // the chain of both, under the number of the second
    refused(world, "brand", {broken}, Refusal::kCorrectionChain);

    const op::Correct good = correction(world, item(0), 1);
    world.must("brand", {good});
    refused(world, "brand", {good}, Refusal::kCorrectionChain);  // an event was added meanwhile
    refused(world, "brand", {correction(world, item(0), 1)}, Refusal::kCorrectedAlready);
    refused(world, "brand", {correction(world, item(0), 3)}, Refusal::kCorrectionOfCorrection);

    op::Correct long_one = correction(world, item(0), 0);
    long_one.events.resize(limits::kCorrectionEventsMax);
    REQUIRE(parse(world.sign("brand", {long_one}), world.parameters).ok());
    long_one.events.emplace_back();
    rejected(world, long_one, Refusal::kCorrectionTooOld);
    for (std::size_t count = 4; count < limits::kCorrectionEventsMax; ++count)
        world.must("auditor", {op::Inspect{items(0, 1), Finding::kConform, {}}});
    const op::Correct last_chance = correction(world, item(0), 0);
    REQUIRE(last_chance.events.size() == limits::kCorrectionEventsMax);
    world.must("auditor", {op::Inspect{items(0, 1), Finding::kConform, {}}});
    refused(world, "brand", {last_chance}, Refusal::kCorrectionTooOld);
}

void territory_refusals() {
    World world;
    world.with_items(2);
    for (const std::vector<std::string>& list :
         {std::vector<std::string>{"fr"}, {"FR", "DE"}, {"FR", "FR"}, {"FRA"}, std::vector<std::string>(250, "FR")}) {
        rejected(world, op::SetTerritories{kGtin, list}, Refusal::kBadCountries);
        rejected(world, op::Recall{kGtin, {}, {}, list}, Refusal::kBadCountries);
    }
    refused(world, "rival", {op::SetTerritories{kGtin, {"CH"}}}, Refusal::kNotBrand);
    refused(world, "brand", {op::SetTerritories{kOtherGtin, {"CH"}}}, Refusal::kProductUnknown);
    world.must("brand", {op::SetTerritories{kGtin, {"CH", "DE"}}});
    refused(world, "brand", {op::Sell{items(0, 1), "FR"}}, Refusal::kOutsideTerritory);
    world.must("brand", {op::Recall{kGtin, {}, "label", {"CH"}}});
    refused(world, "brand", {op::Sell{items(0, 1), "CH"}}, Refusal::kRecalled);
    refused(world, "brand", {op::Sell{items(0, 1), {}}}, Refusal::kRecalled);
    refused(world, "brand", {op::Ship{items(0, 1), "shop", {}}}, Refusal::kRecalled);  // the shop is in CH
    world.must("brand", {op::Sell{items(0, 1), "DE"}});
}

void document_refusals() {
    World world;
    world.with_items(2);
    rejected(world, op::RecordDocument{}, Refusal::kBadDocument);
    rejected(world, op::RecordDocument{digest(70), items(0, limits::kDocumentKeysMax), {box(1)}}, Refusal::kBadDocument);
    REQUIRE(
        parse(world.sign("brand", {op::RecordDocument{digest(70), items(0, limits::kDocumentKeysMax)}}), world.parameters)
            .ok());
    world.must("shop", {op::RecordDocument{digest(70)}});
    refused(world, "shop", {op::RecordDocument{digest(70), items(0, 1)}}, Refusal::kDocumentRecorded);
    const auto outcome = world.must("shop", {op::RecordDocument{digest(71), items(0, 1)}});
    REQUIRE(outcome.operations.at(0).refused == std::vector<ItemOutcome>{{0, Refusal::kNotRelated}});
    reached().insert(Refusal::kNotRelated);
}

}  // namespace touchstone::ledger::test
