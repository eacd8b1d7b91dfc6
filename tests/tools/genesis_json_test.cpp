#include "tools/genesis_json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tools/trust.h"

using namespace touchstone;
using namespace touchstone::tools;
using nlohmann::json;

namespace {

crypto::PublicKey key_of(std::uint8_t n) {
    std::array<std::uint8_t, 32> seed{};
    seed[0] = n;
    return crypto::SecretKey::from_seed(seed).public_key();
}

ledger::Genesis example() {
    ledger::Genesis genesis;
    genesis.name = "example";
    genesis.time = WallTime{1'767'225'600'000};
    genesis.parameters.retry_ms = 700;
    ledger::OrganisationRecord acme;
    acme.id = "acme";
    acme.name = "Acme";
    acme.roles = 3;
    acme.council = true;
    acme.country = "FR";
    acme.keys.push_back({key_of(1), ledger::KeyPurpose::kAdmin, Height(0), Height(0)});
    genesis.organisations.push_back(acme);
    for (std::uint8_t i = 0; i < 4; ++i)
        genesis.validators.push_back({"acme", "v" + std::to_string(i), key_of(static_cast<std::uint8_t>(10 + i))});
    return genesis;
}

}  // namespace

TEST_CASE("a genesis and its text have one chain id") {
    const ledger::Genesis genesis = example();
    REQUIRE(genesis.check().ok());
    const auto again = genesis_from_json(genesis_to_json(genesis));
    REQUIRE(again.ok());
    REQUIRE(again->encode() == genesis.encode());
    REQUIRE(trust_from(*again).chain_id == genesis.chain_id());
    REQUIRE(trust_from(*again).validators.quorum() == 3);
}

TEST_CASE("a member that is missing, unknown or of a wrong form is named") {
    const json good = json::parse(genesis_to_json(example()));
    const auto fault = [](const json& changed) {
        const auto read = genesis_from_json(changed.dump());
        REQUIRE_FALSE(read.ok());
        REQUIRE(read.error().code == "bad_genesis");
        return read.error().message;
    };
    for (const char* member : {"name", "time_ms", "organisations", "validators"}) {
        json changed = good;
        changed.erase(member);
        REQUIRE(fault(changed).find(member) != std::string::npos);
    }
    json changed = good;
    changed["surprise"] = 1;
    REQUIRE(fault(changed).find("surprise") != std::string::npos);
    changed = good;
    changed["parameters"]["retry_s"] = 1;
    REQUIRE(fault(changed).find("retry_s") != std::string::npos);
    changed = good;
    changed["organisations"][0]["roles"].push_back("king");
    REQUIRE(fault(changed).find("king") != std::string::npos);
    changed = good;
    changed["validators"][2]["key"] = "abc";
    REQUIRE(fault(changed).find("validator 3") != std::string::npos);
    REQUIRE_FALSE(genesis_from_json("{").ok());
    REQUIRE_FALSE(genesis_from_json("[]").ok());
}
