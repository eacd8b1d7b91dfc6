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

const ledger::Items kItems{{"09506000134352", ledger::serial_commitment("09506000134352", "A")},
                           {"09506000134352", ledger::serial_commitment("09506000134352", "B")}};

ledger::SignedTransaction carried_by(const Envelope& made) {
    auto carried = ledger::SignedTransaction::from_envelope(made.bytes);
    REQUIRE(carried.ok());
    return *carried;
}

}  // namespace

TEST_CASE("the ledger parses what the client makes, signed as it wants it") {
    const crypto::SecretKey key = fixed_key();
    for (const ledger::Operation& operation :
         {ledger::Operation(ledger::op::Register{kItems, "L1", 0, 0, {}, ledger::RegisterMode::kPartial}),
          ledger::Operation(ledger::op::Ship{kItems, "carrier", "DN-1"}),
          ledger::Operation(ledger::op::Recall{"09506000134352", "L1", "glass"})}) {
        INFO(ledger::info(operation).name);
        const Envelope made = make_transaction({Hash256{}, "acme", 100}, key, std::span(&operation, 1));
        const ledger::SignedTransaction carried = carried_by(made);
        REQUIRE(crypto::verify(key.public_key(), ledger::transaction_signing_bytes(carried.payload), carried.signature));
        const auto parsed =
            ledger::parse(std::make_shared<const ledger::SignedTransaction>(carried), ledger::Parameters{});
        REQUIRE(parsed.ok());
        REQUIRE(ledger::info(**parsed).id == made.id);
        REQUIRE((*parsed)->operations() == std::vector{operation});
    }
}

TEST_CASE("nobody can tell a nonce from what a transaction says") {
    const crypto::SecretKey key = fixed_key();
    const ledger::Operation operation = ledger::op::Ship{kItems, "carrier", {}};
    const auto make = [&] { return make_transaction({Hash256{}, "acme", 100}, key, std::span(&operation, 1)); };
    REQUIRE(make().id != make().id);
}

TEST_CASE("refusals are known by their codes") {
    REQUIRE(refusal_named("lot_unknown") == ledger::Refusal::kLotUnknown);
    REQUIRE(refusal_named("no such code") == ledger::Refusal::kNone);
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

TEST_CASE("an answer that would take the memory or the stack of its reader is none") {
    const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
    REQUIRE(result_of_answer("{\"result\":" + deep + "}", "u").error().code == "rpc_malformed");
    std::string many = "{\"result\":[0";
    for (int i = 0; i < 2'000'000; ++i) many += ",0";
    REQUIRE(result_of_answer(many + "]}", "u").error().code == "rpc_malformed");
}

TEST_CASE("an error of other types than it should have is an error, and its text is quoted") {
    for (const char* odd : {R"({"error":7})", R"({"error":{"message":7,"data":[]}})", R"({"error":{"data":{"code":{}}}})",
                            R"({"error":{"message":["x"],"data":{"detail":1,"remedy":null}}})"})
        REQUIRE(result_of_answer(odd, "u").error().code == "rpc_error");
    const auto error = result_of_answer(
        R"({"error":{"message":"\u001b[2Jgone\nGENUINE","data":{"code":"a\u001bb","detail":"\u009b31m\u202eback"}}})", "u");
    REQUIRE(error.error().code == "rpc_error");
    REQUIRE(error.error().message == "?[2Jgone?GENUINE; ?31m?back");
}
