// Tokens as the command line makes them, and what a node is called in them.
#include "tools/client/identity.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "rpc/auth_token.h"
#include "tools/client/http_connection.h"

using namespace touchstone;
using namespace touchstone::tools;

TEST_CASE("a token says who, where and for how long, and no two are the same") {
    const Signer signer{"acme", crypto::SecretKey::generate()};
    Hash256 chain;
    chain.bytes.fill(7);
    const TokenTerms terms{chain, "node.example:8545", WallTime{1'700'000'000'000}};
    const std::string text = make_token(signer, terms);
    const auto token = rpc::decode_token(text, rpc::SignatureCheck::kYes);
    REQUIRE(token.ok());
    REQUIRE(token->chain_id == chain);
    REQUIRE(token->organisation == "acme");
    REQUIRE(token->key == signer.key.public_key());
    REQUIRE(token->audience == "node.example:8545");
    REQUIRE(token->issued == terms.now);
    REQUIRE(token->expires.ms == terms.now.ms + 300'000);
    REQUIRE(token->expires.ms - token->issued.ms <= limits::kTokenLifetimeMsMax);
    REQUIRE(make_token(signer, terms) != text);
    REQUIRE(text.find_first_of("+/= ") == std::string::npos);
}

TEST_CASE("a node is called as its URL calls it") {
    REQUIRE(parse_endpoint("http://node.example:9000/x")->authority() == "node.example:9000");
    REQUIRE(parse_endpoint("127.0.0.1")->authority() == "127.0.0.1:8545");
    REQUIRE(parse_endpoint("http://[::1]:8545")->authority() == "[::1]:8545");
}
