#include <catch2/catch.hpp>

#include "node/app/genesis_json.h"

using namespace touchstone;
using namespace touchstone::node;

namespace {

crypto::PublicKey key_of(std::uint8_t number) {
    crypto::PublicKey key;
    key.bytes.fill(number);
    return key;
}

ledger::Genesis sample() {
    ledger::Genesis genesis;
    genesis.name = "Leather \"è\"";
    genesis.time = {1767225600123};
    genesis.parameters.block_items_max = 777;
    ledger::OrganisationRecord brand;
    brand.id = "brand-a";
    brand.name = "Brand A";
    brand.roles = 1u << static_cast<int>(ledger::Role::kBrand) | 1u << static_cast<int>(ledger::Role::kManufacturer);
    brand.gln = "4012345000009";
    brand.country = "IT";
    brand.council = true;
    brand.keys = {{key_of(1), ledger::KeyPurpose::kAdmin, Height(), Height()},
                  {key_of(2), ledger::KeyPurpose::kOperate, Height(3), Height(4)}};
    ledger::OrganisationRecord auditor;
    auditor.id = "auditor";
    auditor.suspended = true;
    genesis.organisations = {brand, auditor};
    genesis.validators = {{"brand-a", "a1", key_of(9)}, {"auditor", "", key_of(8)}};
    return genesis;
}

// The sample's text with its first `from` changed to `to`.
std::string edited(const std::string& from, const std::string& to) {
    std::string text = genesis_to_json(sample());
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

void require_malformed(const std::string& text, const std::string& path) {
    INFO(text);
    const auto read = genesis_from_json(text);
    REQUIRE(!read.ok());
    REQUIRE(read.error().code == "genesis_malformed");
    INFO(read.error().message);
    REQUIRE(read.error().message.find(path) != std::string::npos);
}

}  // namespace

TEST_CASE("a genesis comes back from its text as it was") {
    const auto before = sample();
    const auto after = genesis_from_json(genesis_to_json(before));
    REQUIRE(after.ok());
    REQUIRE(after->name == before.name);
    REQUIRE(after->time == before.time);
    REQUIRE(after->parameters == before.parameters);
    REQUIRE(after->organisations == before.organisations);
    REQUIRE(after->validators.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        REQUIRE(after->validators[i].organisation == before.validators[i].organisation);
        REQUIRE(after->validators[i].name == before.validators[i].name);
        REQUIRE(after->validators[i].key == before.validators[i].key);
    }
    REQUIRE(genesis_to_json(*after) == genesis_to_json(before));
}

TEST_CASE("parameters that are left out have their defaults") {
    const auto read = genesis_from_json(edited("\"block_items_max\": 777,", ""));
    REQUIRE(read.ok());
    REQUIRE(read->parameters == ledger::Parameters{});
}

TEST_CASE("what is unknown, missing, repeated or of another type is named by its place") {
    require_malformed("", "not JSON");
    require_malformed("[]", "expected an object");
    require_malformed(edited("\"name\"", "\"nmae\""), "/name: is missing");
    require_malformed(edited("{\n", "{\n\"extra\": 1,"), "/extra: is not a known key");
    require_malformed(edited("\"block_items_max\"", "\"block_item_max\""), "/parameters/block_item_max");
    require_malformed(edited("777", "-1"), "/parameters/block_items_max");
    require_malformed(edited("777", "7.5"), "/parameters/block_items_max");
    require_malformed(edited("777", "\"777\""), "/parameters/block_items_max");
    require_malformed(edited("\"brand\"", "\"brnd\""), "/organisations/0/roles/0");
    require_malformed(edited("\"manufacturer\"", "\"brand\""), "/organisations/0/roles/1");
    require_malformed(edited("\"admin\"", "\"root\""), "/organisations/0/keys/0/purpose");
    require_malformed(edited("0101", "01"), "/organisations/0/keys/0/key");
    require_malformed(edited("\"council\": true", "\"council\": 1"), "/organisations/0/council");
    require_malformed(edited("\"council\": true", "\"council\": true, \"council\": true"), "\"council\" is repeated");
    require_malformed(edited("0909", "09"), "/validators/0/key");
    require_malformed(edited("\"a1\"", "\"a1\", \"address\": \"h:1\""), "/validators/0/address");
    require_malformed(edited("2026-01-01", "2026-02-30"), "/time");
}

TEST_CASE("times are read to the millisecond and strictly") {
    REQUIRE(parse_time("1970-01-01T00:00:00Z")->ms == 0);
    REQUIRE(parse_time("2026-01-01T00:00:00.123Z")->ms == 1767225600123);
    REQUIRE(parse_time("2024-02-29T23:59:59.999Z")->ms == 1709251199999);
    for (const char* bad :
         {"", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
          "1969-12-31T23:59:59Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.1Z", "2025-02-29T00:00:00Z"})
        REQUIRE(!parse_time(bad));
}
