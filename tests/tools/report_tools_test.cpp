// Pseudonyms of shops, countries as typed, and the operations on reports, sellers, corrections and territories.
#include <catch2/catch.hpp>

#include "ledger/rules/execute.h"
#include "ledger/schema/parsed.h"
#include "tools/client/country_arguments.h"
#include "tools/client/operations.h"
#include "tools/client/seller_pseudonym.h"

using namespace touchstone;
using namespace touchstone::tools;
namespace op = ledger::op;

TEST_CASE("one shop has one name, however its number is typed") {
    REQUIRE(seller_name("FR", "732829320").value() == "FR:732829320");
    REQUIRE(seller_name("fr", "732 829 320").value() == "FR:732829320");
    REQUIRE(seller_name("Fr", "732.829-320").value() == "FR:732829320");
    REQUIRE(seller_name("DE", "hrb 86891/b").value() == "DE:HRB86891B");
    for (const char* country : {"", "F", "FRA", "1F"}) REQUIRE(seller_name(country, "1").error().code == "bad_country");
    for (const char* number : {"", " - ", "12:3", "\xc3\xa9", "123456789012345678901234567890123"})
        REQUIRE(seller_name("FR", number).error().code == "bad_registration");
}

TEST_CASE("pseudonyms are pinned: another cost, salt or form would be another shop") {
    const auto pseudonym = seller_pseudonym("FR", "732 829 320");
    REQUIRE(pseudonym.ok());
    REQUIRE(pseudonym->hex() == "646ffa2a814de86e0e27f5d7dc4e00c83bd3240e6ef69ab11b6647e2ac612ab0");
    REQUIRE(seller_pseudonym("fr", "732829320").value() == pseudonym.value());
    REQUIRE(seller_pseudonym("BE", "732829320").value() != pseudonym.value());
    REQUIRE(!seller_pseudonym("FR", "").ok());
}

TEST_CASE("countries are sorted, each once, or the one that is none is named") {
    REQUIRE(countries_from({"fr", "CH", "FR"}).value() == std::vector<std::string>{"CH", "FR"});
    REQUIRE(countries_from({}).value().empty());
    REQUIRE(countries_from({"CH", "France"}).error().code == "bad_country");
}

TEST_CASE("what a client builds is what the ledger reads") {
    std::array<std::uint8_t, 32> seed{};
    const auto key = crypto::SecretKey::from_seed(seed);
    const Hash256 digest = ledger::serial_commitment("09506000134352", "A");
    const ledger::ItemName item{"09506000134352", digest};
    const auto read_back = [&](const ledger::Operation& operation) {
        const Envelope made = make_transaction({Hash256{}, "acme", 100}, key, std::span(&operation, 1));
        auto carried = ledger::SignedTransaction::from_envelope(made.bytes);
        REQUIRE(carried.ok());
        const auto parsed =
            ledger::parse(std::make_shared<const ledger::SignedTransaction>(*carried), ledger::Parameters{});
        REQUIRE(parsed.ok());
        return parsed.value()->operations().at(0);
    };
    const std::vector<ledger::Operation> operations{
        op::Correct{item, 1, digest, {Bytes{1}, Bytes{2}}, "typed"},
        op::Report{{ledger::ReportSubjectKind::kItem, digest, item.gtin, {}, {}, {}},
                   ledger::ReportKind::kDefect,
                   "leaks",
                   {digest},
                   {}},
        op::Respond{digest, "sorry"},
        op::Resolve{digest, ledger::ReportOutcome::kRejected, "no"},
        op::RegisterSeller{digest, "FR"},
        op::SetSellerStanding{digest, ledger::SellerStanding::kWarned, "late"},
        op::SetTerritories{"09506000134352", {"CH"}},
        op::Inspect{{item}, ledger::Finding::kNonconform, digest},
        op::Sell{{item}, "FR", digest},
        op::Recall{"09506000134352", {}, {}, {"CH", "FR"}}};
    for (const ledger::Operation& operation : operations) REQUIRE(read_back(operation) == operation);
}
