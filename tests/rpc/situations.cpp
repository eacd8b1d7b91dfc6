#include "tests/rpc/situations.h"

#include <catch2/catch.hpp>

#include "ledger/schema/governance_operations.h"

namespace touchstone::test {
namespace {

ledger::OrganisationRecord organisation(std::string id, std::initializer_list<ledger::Role> roles) {
    ledger::OrganisationRecord made;
    made.name = "Organisation " + id;
    for (const ledger::Role role : roles)
        made.roles = static_cast<std::uint16_t>(made.roles | 1u << static_cast<int>(role));
    made.country = "CH";
    made.keys.push_back({key_of(id).public_key(), ledger::KeyPurpose::kAdmin, Height(0), Height(0)});
    made.id = std::move(id);
    return made;
}

ledger::Genesis cast_of_all() {
    using enum ledger::Role;
    ledger::Genesis made;
    made.name = "situations";
    made.time = kTestNow;
    made.parameters.change_delay_ms = 0;
    made.organisations = {organisation("auditor", {kAuditor}),   organisation("bazaar", {kPlatform}),
                          organisation("brand", {kBrand}),       organisation("carrier", {kLogistics}),
                          organisation("council", {kRegulator}), organisation("customs", {kRegulator}),
                          organisation("maker", {kManufacturer}), organisation("market", {kPlatform}),
                          organisation("outlet", {kRetailer}),   organisation("rival", {kBrand}),
                          organisation("shop", {kRetailer}),     organisation("agora", {kPlatform}),
                          organisation("souk", {kPlatform})};
    made.organisations[2].prefixes = {"9506000"};
    made.organisations[4].council = true;
    made.validators = {{"brand", "brand-1", key_of("validator").public_key()}};
    return made;
}

std::string asked_text(const Asked& asked) {
    std::string text = "`" + std::string(name_of(asked.purpose)) + "`";
    const auto add = [&](const char* what, const std::string& value) {
        if (!value.empty()) text += std::string(", ") + what + " " + value;
    };
    add("lot", asked.lot);
    add("expiry", asked.expiry);
    add("country", asked.country);
    const bool is_shop = asked.seller == kShopDigits || asked.seller == kOtherDigits;
    add("seller", asked.seller == kShopDigits ? "the shop" : is_shop ? "another shop" : asked.seller);
    if (asked.days_later > 0) text += ", " + std::to_string(asked.days_later) + " days later";
    return text;
}

}  // namespace

Scene::Scene() : node(cast_of_all()), item(node.named(kSerial)), items{item} {}

Hash256 Scene::run(const std::string& organisation, const ledger::Operation& operation) {
    const auto carried = node.sign(organisation, {operation});
    node.submit(carried.to_envelope(), [](const rpc::SubmitOutcome& taken) {
        if (taken.rejection) FAIL(ledger::info(taken.rejection->refusal).code << ": " << taken.rejection->detail);
    });
    node.seal();
    const auto outcome = node.transaction(carried.id()).outcome;
    if (!outcome.applied()) FAIL(ledger::info(outcome.refusal).code << ": " << outcome.detail);
    return carried.id();
}

void Scene::decide(ledger::Change change) { run("council", ledger::op::Propose{std::move(change), "as the court ordered"}); }

std::string situations_document() {
    std::string text, group;
    for (const Situation& one : situations()) {
        if (one.group != group)
            text += (group.empty() ? "" : "\n") + ("## " + one.group) +
                    "\n\n| situation | asked | verdict | reasons | action |\n|---|---|---|---|---|\n";
        group = one.group;
        text += "| " + one.text + " | " + asked_text(one.asked) + " | " + std::string(name_of(one.expected.kind)) + " | " +
                one.expected.reasons + " | " + std::string(name_of(one.expected.action)) + " |\n";
    }
    return text;
}

}  // namespace touchstone::test
