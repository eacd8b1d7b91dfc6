// Every kind of record with events is known by its key and bytes, and nothing else is taken for one.
#include "ledger/records/event_subject.h"

#include "ledger/records/document_records.h"
#include "tests/ledger/world.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

TEST_CASE("event subjects: of every record of a state", "[records]") {
    World world;
    world.with_items(2, "L1");
    world.must("brand", {op::Pack{box(1), items(0, 1), {}}, op::Recall{kGtin, "L1", "reason"}});
    world.must("market", {op::RegisterSeller{digest(70), "FR"}});
    world.must(
        "shop",
        {op::Report{
            {ReportSubjectKind::kListing, {}, {}, {}, "market", digest(71)}, ReportKind::kListing, "fake", {}, {}}});
    world.must("brand", {op::RecordDocument{digest(72), items(0, 1), {box(1)}}});
    std::map<std::string, int> kinds;
    for (const auto& [key, record] : world.state) {
        const auto subject = event_subject(record);
        ++kinds[subject ? std::string(name_of(subject->kind)) : "none"];
        if (!subject) continue;
        const bool of_lot = subject->kind == SubjectKind::kItem;
        const bool of_product = of_lot || subject->kind == SubjectKind::kProduct;
        REQUIRE(subject->gtin == (of_product ? kGtin : ""));
        REQUIRE(subject->lot == (of_lot ? "L1" : ""));
        REQUIRE(subject->event_count == world.events(StateKey::written(key)).size());
    }
    REQUIRE(kinds["item"] == 2);
    REQUIRE(kinds["product"] == 1);
    REQUIRE(kinds["container"] == 1);
    REQUIRE(kinds["report"] == 1);
    REQUIRE(kinds["seller"] == 1);
    REQUIRE(kinds["none"] > 0);
}

TEST_CASE("event subjects: a kept document is none, whatever its hash looks like", "[records]") {
    // The hash is the recorder's to choose: bytes that continue as an item or a container would must not make one.
    for (const std::uint8_t byte : {0, 1, 2, 3, 4}) {
        Hash256 hash;
        hash.bytes.fill(byte);
        hash.bytes[0] = 0;
        for (const std::string& organisation : {std::string("a"), std::string(limits::kOrgIdBytesMax, 'a')}) {
            const DocumentRecord record{organisation, hash, Height(1), WallTime{1}};
            REQUIRE_FALSE(event_subject(record.encode()));
        }
    }
}

TEST_CASE("event subjects: nothing is made of too few bytes", "[records]") {
    REQUIRE_FALSE(event_subject(Bytes{}));
    REQUIRE_FALSE(event_subject(Bytes{static_cast<std::uint8_t>(RecordKind::kItem)}));
}
