#include "tools/client/operations.h"

#include <catch2/catch.hpp>

#include "ledger/rules/execute.h"
#include "tools/client/http_connection.h"
#include "tools/client/rpc_client.h"

#include <nlohmann/json.hpp>

using namespace touchstone;
using namespace touchstone::tools;

namespace {

crypto::SecretKey fixed_key() {
    std::array<std::uint8_t, 32> seed{};
    seed[5] = 5;
    return crypto::SecretKey::from_seed(seed);
}

Operation every_field(OperationKind kind) {
    Operation operation;
    operation.kind = kind;
    operation.items = {ledger::item_key("09506000134352", "A"), ledger::item_key("09506000134352", "B")};
    operation.gtin = "09506000134352";
    operation.party = "carrier";
    operation.text = kind == OperationKind::kSell ? "FR" : "text";
    operation.quota = 10;
    operation.from = 20000;
    operation.until = 20001;
    operation.lot = "L1";
    return operation;
}

}  // namespace

TEST_CASE("the ledger parses every operation that the client makes, signed as it wants it") {
    const crypto::SecretKey key = fixed_key();
    for (int i = 0; i <= static_cast<int>(OperationKind::kInspect); ++i) {
        const Operation operation = every_field(static_cast<OperationKind>(i));
        INFO(name_of(operation.kind));
        const Envelope made = make_transaction({Hash256{}, "acme", 100}, key, std::span(&operation, 1));
        auto carried = ledger::SignedTransaction::from_envelope(made.bytes);
        REQUIRE(carried.ok());
        REQUIRE(
            crypto::verify(key.public_key(), ledger::transaction_signing_bytes(carried->payload), carried->signature));
        const auto parsed =
            ledger::parse(std::make_shared<const ledger::SignedTransaction>(*carried), ledger::Parameters{});
        REQUIRE(parsed.ok());
        REQUIRE(ledger::info(**parsed).id == made.id);
        REQUIRE(ledger::info(**parsed).organisation == "acme");
    }
}

TEST_CASE("the same operations with the same last height are the same bytes; anything else is another transaction") {
    const crypto::SecretKey key = fixed_key();
    const Operation operation = every_field(OperationKind::kShip);
    const auto make = [&](const Operation& one, std::uint64_t until) {
        return make_transaction({Hash256{}, "acme", until}, key, std::span(&one, 1));
    };
    REQUIRE(make(operation, 100).bytes == make(operation, 100).bytes);
    REQUIRE(make(operation, 100).id != make(operation, 101).id);
    Operation other = operation;
    other.items.pop_back();
    REQUIRE(make(operation, 100).id != make(other, 100).id);
}

TEST_CASE("addresses of nodes") {
    REQUIRE(parse_endpoint("http://localhost")->port == "8545");
    REQUIRE(parse_endpoint("10.0.0.1:99")->host == "10.0.0.1");
    REQUIRE(parse_endpoint("http://[::1]:99/rpc")->host == "::1");
    REQUIRE(parse_endpoint("http://[::1]:99/rpc")->target == "/rpc");
    for (const char* bad : {"https://host", "http://", "http://host:port", "http://host:", "http://[::1"})
        REQUIRE(parse_endpoint(bad).error().code == "bad_url");
}

TEST_CASE("answers that are not JSON-RPC, and errors with a code and a remedy") {
    for (const char* bad : {"", "<html>", "[]", "{}", "7"})
        REQUIRE(result_of_answer(bad, "u").error().code == "rpc_malformed");
    const auto error = result_of_answer(
        R"({"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"no such lot","data":{"code":"not_found","remedy":"check"}}})",
        "u");
    REQUIRE(error.error().code == "not_found");
    REQUIRE(error.error().message == "no such lot; check");
    REQUIRE(result_of_answer(R"({"jsonrpc":"2.0","id":1,"result":{"a":1}})", "u")->at("a") == 1);
}
