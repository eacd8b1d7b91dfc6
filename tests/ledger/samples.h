// Names and a genesis that tests of the ledger share; nothing of the test framework, so that fuzzers have them too.
#pragma once

#include "crypto/sha256.h"
#include "ledger/rules/genesis.h"
#include "ledger/schema/operations.h"

// Within the ledger's namespace: its tests speak its language.
namespace touchstone::ledger::test {

inline const std::string kGtin = "09506000134352";
inline const std::string kOtherGtin = "00614141123452";
inline const std::string kGln = "9506000134352";
inline constexpr std::uint64_t kDayMs = 86'400'000;
inline constexpr Day kToday = 20'000;

inline crypto::SecretKey key_of(std::string_view name) {
    const Hash256 seed = crypto::sha256(as_bytes(name));
    return crypto::SecretKey::from_seed(seed.bytes);
}

inline OrganisationRecord organisation(std::string id, std::initializer_list<Role> roles) {
    OrganisationRecord made;
    made.name = "Organisation " + id;
    for (const Role role : roles) made.roles = static_cast<std::uint16_t>(made.roles | 1u << static_cast<int>(role));
    made.country = "CH";
    made.keys.push_back({key_of(id).public_key(), KeyPurpose::kOperate, Height(0), Height(0)});
    made.id = std::move(id);
    return made;
}

inline Genesis small_genesis() {
    Genesis genesis;
    genesis.name = "test";
    genesis.time = WallTime{kToday * kDayMs};
    genesis.organisations = {organisation("brand", {Role::kBrand}),        organisation("rival", {Role::kBrand}),
                             organisation("maker", {Role::kManufacturer}), organisation("carrier", {Role::kLogistics}),
                             organisation("shop", {Role::kRetailer}),      organisation("market", {Role::kPlatform}),
                             organisation("customs", {Role::kRegulator}),  organisation("auditor", {Role::kAuditor}),
                             organisation("frozen", {Role::kLogistics})};
    genesis.organisations.back().suspended = true;
    genesis.organisations[0].prefixes = {"9506000"};
    genesis.organisations[1].prefixes = {"0614141"};
    // The maker rotated its key once: the old one is revoked.
    genesis.organisations[2].keys.push_back(
        {key_of("maker-old").public_key(), KeyPurpose::kAdmin, Height(0), Height(1)});
    genesis.validators = {{"brand", "brand-1", key_of("validator 1").public_key()}};
    return genesis;
}

inline ItemName item(std::uint64_t number, const std::string& gtin = kGtin) {
    return {gtin, serial_commitment(gtin, std::to_string(number))};
}
inline Items items(std::uint64_t first, std::uint64_t count, const std::string& gtin = kGtin) {
    Items names;
    for (std::uint64_t i = 0; i < count; ++i) names.add(item(first + i, gtin));
    return names;
}

// Any digest, for fields that take one.
inline Hash256 digest(std::uint64_t number) { return crypto::sha256(as_bytes(std::to_string(number))); }

// Of those that `maker` makes.
inline ContainerName box(std::uint64_t number, const std::string& maker = "brand") {
    return {maker, sscc_commitment(std::to_string(number))};
}

}  // namespace touchstone::ledger::test
