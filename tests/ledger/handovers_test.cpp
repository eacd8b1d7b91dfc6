// Products over time: described anew, handed over between brands, licensed without a quota that was used up already.
#include "tests/ledger/recovery.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

ProductRecord product(const World& world) {
    const auto record = world.get<ProductRecord>(product_key(kGtin));
    REQUIRE(record);
    return *record;
}

op::AmendProduct description(std::string name, std::vector<std::string> return_points = {}) {
    op::AmendProduct made;
    made.gtin = kGtin;
    made.name = std::move(name);
    made.return_points = std::move(return_points);
    return made;
}

}  // namespace

TEST_CASE("a product is described anew by its brand, and its history tells what was") {
    World world;
    world.with_product();
    world.must("brand", {op::Recall{kGtin, {}, "glass"}});
    op::AmendProduct amended = description("Lamp, blue", {"shop", "market"});
    amended.image_hash = digest(1);
    amended.document_hashes = {digest(2)};
    amended.serial_policy = SerialPolicy::kRefuse;
    world.must("brand", {amended});
    REQUIRE(product(world).name == "Lamp, blue");
    REQUIRE(product(world).image_hash == digest(1));
    REQUIRE(product(world).document_hashes == std::vector{digest(2)});
    REQUIRE(product(world).serial_policy == SerialPolicy::kRefuse);
    REQUIRE(product(world).return_points == std::vector<std::string>{"shop", "market"});
    REQUIRE(product(world).recalls.size() == 1);
    const Event event = last_event(world, product_key(kGtin));
    REQUIRE(event.kind == EventKind::kAmended);
    REQUIRE(event.detail == fmt::format("name 'Lamp' -> 'Lamp, blue'; image none -> {}; documents none -> {}; serial "
                                        "policy warn -> refuse; return points none -> shop market",
                                        digest(1).hex(), digest(2).hex()));
    require_chain<ProductRecord>(world, product_key(kGtin));
    refused(world, "brand", {amended}, Refusal::kNothingChanges);
    // What is not given is none.
    world.must("brand", {description("Lamp, blue")});
    REQUIRE(product(world).image_hash.is_zero());
    REQUIRE(product(world).return_points.empty());
}

TEST_CASE("what amendments of products are refused for") {
    World world;
    refused(world, "brand", {description("Lamp")}, Refusal::kProductUnknown);
    world.with_product();
    refused(world, "rival", {description("Lamp, red")}, Refusal::kNotBrand);
    refused(world, "brand", {description("Lamp, red", {"nobody"})}, Refusal::kUnknownRecipient);
    refused(world, "brand", {description("Lamp, red", {"shop", "shop"})}, Refusal::kBadText);
    rejected(world, description({}), Refusal::kBadText);
    rejected(world, description("Lamp", std::vector<std::string>(limits::kReturnPointsMax + 1, "shop")),
             Refusal::kTooLarge);
}

TEST_CASE("a product is handed over by two sides; licences and recalls stay") {
    World world;
    world.with_items(2);
    world.must("brand", {op::Recall{kGtin, "L1", "glass"}, op::OfferProduct{kGtin, "rival"}});
    REQUIRE(product(world).offered_to == "rival");
    REQUIRE(product(world).brand == "brand");
    refused(world, "brand", {op::OfferProduct{kGtin, "rival"}}, Refusal::kOfferPending);
    refused(world, "shop", {op::AcceptProduct{kGtin}}, Refusal::kNotOffered);
    world.must("rival", {op::AcceptProduct{kGtin}});
    REQUIRE(product(world).brand == "rival");
    REQUIRE(product(world).offered_to.empty());
    REQUIRE(recalled(world, item(0)));
    REQUIRE(world.item_at(item(0)).owner == "brand");
    const Event event = last_event(world, product_key(kGtin));
    REQUIRE(event.kind == EventKind::kHandoverAccepted);
    REQUIRE(event.actor == "rival");
    REQUIRE(event.other == "brand");
    require_chain<ProductRecord>(world, product_key(kGtin));
    refused(world, "brand", {op::LiftRecall{kGtin, "L1", {}}}, Refusal::kRecallAbsent);
}

TEST_CASE("the new brand lifts, licenses and registers; the old one does not any more") {
    World world;
    world.with_items(1);
    world.must("brand", {op::Recall{kGtin, "L1", "glass"}, op::OfferProduct{kGtin, "rival"}});
    world.must("rival", {op::AcceptProduct{kGtin}, op::LiftRecall{kGtin, "L1", "tested"}});
    REQUIRE(!recalled(world, item(0)));
    world.must("maker", {World::registration(items(5, 1))});
    REQUIRE(world.item_at(item(5)).owner == "rival");
    refused(world, "brand", {World::registration(items(6, 1))}, Refusal::kNotLicensed);
    refused(world, "brand", {op::GrantLicence{kGtin, "maker", 5000, 0, 0, {}}}, Refusal::kNotBrand);
    world.must("rival", {op::GrantLicence{kGtin, "maker", 5000, 0, 0, {}}, World::registration(items(6, 1))});
}

TEST_CASE("an offer of a product is declined, or taken back") {
    World world;
    world.with_product();
    refused(world, "rival", {op::DeclineProduct{kGtin}}, Refusal::kNotOffered);
    refused(world, "brand", {op::DeclineProduct{kGtin}}, Refusal::kNotOffered);
    refused(world, "rival", {op::DeclineProduct{kOtherGtin}}, Refusal::kProductUnknown);
    refused(world, "rival", {op::AcceptProduct{kOtherGtin}}, Refusal::kProductUnknown);
    world.must("brand", {op::OfferProduct{kGtin, "rival"}});
    world.must("rival", {op::DeclineProduct{kGtin}});
    REQUIRE(product(world).offered_to.empty());
    REQUIRE(last_event(world, product_key(kGtin)).other == "brand");
    world.must("brand", {op::OfferProduct{kGtin, "rival"}, op::DeclineProduct{kGtin}});
    REQUIRE(last_event(world, product_key(kGtin)).kind == EventKind::kHandoverEnded);
    REQUIRE(last_event(world, product_key(kGtin)).other == "rival");
    refused(world, "rival", {op::AcceptProduct{kGtin}}, Refusal::kNotOffered);
    REQUIRE(product(world).brand == "brand");
}

TEST_CASE("a product is offered by its brand, to a brand") {
    World world;
    world.with_product();
    refused(world, "rival", {op::OfferProduct{kGtin, "brand"}}, Refusal::kNotBrand);
    refused(world, "brand", {op::OfferProduct{kGtin, "shop"}}, Refusal::kBadRole);
    refused(world, "brand", {op::OfferProduct{kGtin, "brand"}}, Refusal::kUnknownRecipient);
    refused(world, "brand", {op::OfferProduct{kGtin, "frozen"}}, Refusal::kSuspendedOrganisation);
    world.must("brand", {op::OfferProduct{kGtin, "rival"}});
    OrganisationRecord rival = *world.get<OrganisationRecord>(organisation_key("rival"));
    rival.roles = 1u << static_cast<int>(Role::kRetailer);
    world.state[organisation_key("rival")] = rival.encode();
    refused(world, "rival", {op::AcceptProduct{kGtin}}, Refusal::kNotAllowed);
}

TEST_CASE("a quota below what is used is refused; what is added counts on") {
    World world;
    world.with_product(3);
    world.must("maker", {World::registration(items(0, 3))});
    refused(world, "brand", {op::GrantLicence{kGtin, "maker", 2, 0, 0, {}}}, Refusal::kQuotaBelowUsed);
    const auto licence = [&] { return *world.get<LicenceRecord>(licence_key(kGtin, "maker")); };
    world.must("brand", {op::GrantLicence{kGtin, "maker", 2, 0, 0, {}, true}});
    REQUIRE(licence().quota == 5);
    REQUIRE(licence().used == 3);
    // Revoking stops at once; the next grant is bound by what is used as well.
    world.must("brand", {op::RevokeLicence{kGtin, "maker", "contract ended"}});
    refused(world, "brand", {op::GrantLicence{kGtin, "maker", 2, 0, 0, {}}}, Refusal::kQuotaBelowUsed);
    world.must("brand", {op::GrantLicence{kGtin, "maker", 3, 0, 0, {}}});
    REQUIRE(licence().quota == 3);
    world.must("brand", {op::GrantLicence{kGtin, "maker", UINT64_MAX, 0, 0, {}, true}});
    REQUIRE(licence().quota == UINT64_MAX);
    world.must("maker", {op::VoidRegistration{items(0, 2), {}}});
    world.must("brand", {op::GrantLicence{kGtin, "maker", 1, 0, 0, {}}});
}
