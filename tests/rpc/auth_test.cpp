// Tokens: their form, what makes them count, and what is said when they do not.
#include <catch2/catch.hpp>

#include "base/limits.h"
#include "rpc/caller.h"
#include "tests/rpc/test_node.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::rpc;

namespace {

const std::string kAddress = "127.0.0.1:8545";

struct Gate {
    Gate() { node.own = OwnOrganisation{"brand", nullptr}; }
    CallerPtr show(const std::string& header) {
        Credentials credentials;
        credentials.authorization = header;
        credentials.address = &kAddress;
        return authenticator.identify(credentials);
    }
    // The reason why a token of "maker" does not count, after `change`.
    std::string refusal(const std::function<void(AuthToken&)>& change, const std::string& key = "maker") {
        AuthToken token = node.token("maker");
        change(token);
        const CallerPtr caller = show("Touchstone " + encode_token(token, test::key_of(key)));
        REQUIRE(caller->known() != caller->refusal.has_value());
        return caller->refusal ? caller->refusal->reason : "none";
    }
    test::TestNode node;
    WallTime now = test::kTestNow;
    Authenticator authenticator{node, {[this] { return now; }, {"node.brand.example:443"}}};
};

}  // namespace

TEST_CASE("a token is read as it was written, and nothing else is a token") {
    test::Randomness random;
    test::TestNode node;
    AuthToken token = node.token("maker");
    token.audience = kAddress;
    const std::string text = encode_token(token, test::key_of("maker"));
    token.key = test::key_of("maker").public_key();
    const auto read = decode_token(text, SignatureCheck::kYes);
    REQUIRE(read.ok());
    REQUIRE(*read == token);
    for (int round = 0; round < 500; ++round) {
        std::string altered = text;
        altered[random.below(altered.size())] = "AQgw-_09+/= "[random.below(12)];
        if (altered == text) continue;
        REQUIRE(!decode_token(altered, SignatureCheck::kYes).ok());
    }
    for (std::size_t size = 0; size < text.size(); ++size)
        REQUIRE(!decode_token(text.substr(0, size), SignatureCheck::kYes).ok());
    REQUIRE(decode_token(text + "AAAA", SignatureCheck::kYes).error().code == "token_malformed");
    REQUIRE(decode_token(std::string(limits::kTokenCharactersMax + 1, 'A'), SignatureCheck::kYes).error().code ==
            "token_malformed");
}

TEST_CASE("a good token makes a caller with the roles that the ledger tells") {
    Gate gate;
    const CallerPtr maker = gate.show(gate.node.authorization("maker"));
    REQUIRE(maker->organisation == "maker");
    REQUIRE(maker->has(ledger::Role::kManufacturer));
    REQUIRE(!maker->oversees());
    REQUIRE(!maker->owns_node);
    REQUIRE((maker->sees("maker") && !maker->sees("brand")));
    const CallerPtr brand = gate.show(gate.node.authorization("brand"));
    REQUIRE((brand->owns_node && brand->for_any_node));
    const CallerPtr auditor = gate.show(gate.node.authorization("auditor"));
    REQUIRE((auditor->oversees() && auditor->sees("brand")));
    REQUIRE(!anonymous()->known());
    REQUIRE(!anonymous()->sees(""));
    REQUIRE(!gate.show("")->refusal);
}

TEST_CASE("what does not count is refused by name") {
    Gate gate;
    REQUIRE(gate.refusal([](AuthToken&) {}) == "none");
    REQUIRE(gate.refusal([](AuthToken& token) { token.chain_id = {}; }) == "token_other_chain");
    REQUIRE(gate.refusal([](AuthToken& token) { token.organisation = "nobody"; }) == "organisation_unknown");
    REQUIRE(gate.refusal([](AuthToken& token) { token.organisation = "frozen"; }) == "organisation_suspended");
    REQUIRE(gate.refusal([](AuthToken& token) { token.organisation = "brand"; }) == "key_unknown");
    REQUIRE(gate.refusal([](AuthToken&) {}, "maker-old") == "key_revoked");
    REQUIRE(gate.refusal([](AuthToken& token) { token.expires = token.issued; }) == "token_lifetime");
    const auto lasting = [](std::uint64_t ms) {
        return [ms](AuthToken& token) { token.expires = WallTime{token.issued.ms + ms}; };
    };
    REQUIRE(gate.refusal(lasting(limits::kTokenLifetimeMsMax)) == "none");
    REQUIRE(gate.refusal(lasting(limits::kTokenLifetimeMsMax + 1)) == "token_lifetime");
    const auto starting = [](std::int64_t ms) {
        return [ms](AuthToken& token) {
            token.issued = WallTime{test::kTestNow.ms + static_cast<std::uint64_t>(ms)};
            token.expires = WallTime{token.issued.ms + 1000};
        };
    };
    REQUIRE(gate.refusal(starting(static_cast<std::int64_t>(limits::kTokenSkewMsMax))) == "none");
    REQUIRE(gate.refusal(starting(static_cast<std::int64_t>(limits::kTokenSkewMsMax) + 1)) == "token_not_yet_valid");
    for (const char* header : {"Touchstone", "Touchstone ", "Bearer abc", "Touchstone abc", "touchstone"})
        REQUIRE(gate.show(header)->refusal->reason == "token_malformed");
    std::string forged = gate.node.authorization("maker");
    forged.back() = forged.back() == 'A' ? 'Q' : 'A';
    const std::string reason = gate.show(forged)->refusal->reason;
    REQUIRE((reason == "token_signature" || reason == "token_malformed"));
}

TEST_CASE("a token runs out, also one that was good before") {
    Gate gate;
    const std::string header = gate.node.authorization("maker");
    REQUIRE(gate.show(header)->known());
    REQUIRE(gate.show(header)->known());  // remembered
    gate.now.ms += 59'999;
    REQUIRE(gate.show(header)->known());
    gate.now.ms += 1;
    REQUIRE(gate.show(header)->refusal->reason == "token_expired");
}

TEST_CASE("a token for one node is of no use at another") {
    Gate gate;
    const auto for_audience = [&](const std::string& audience) {
        return gate.refusal([&](AuthToken& token) { token.audience = audience; });
    };
    REQUIRE(for_audience(kAddress) == "none");
    REQUIRE(for_audience("localhost:8545") == "none");
    REQUIRE(for_audience("node.brand.example:443") == "none");
    for (const char* other : {"127.0.0.1:8546", "localhost:8546", "localhost", "", "node.rival.example:443", "8545"})
        REQUIRE(for_audience(other) == "token_other_node");
    AuthToken token = gate.node.token("brand");
    token.audience = kAddress;
    REQUIRE(!gate.show("Touchstone " + encode_token(token, test::key_of("brand")))->for_any_node);
}

TEST_CASE("the key of a client certificate counts as the ledger says, too") {
    Gate gate;
    Credentials credentials;
    credentials.certificate_key = test::key_of("maker").public_key();
    credentials.certificate_organisation = "maker";
    REQUIRE(gate.authenticator.identify(credentials)->organisation == "maker");
    credentials.certificate_organisation = "brand";
    REQUIRE(gate.authenticator.identify(credentials)->refusal->reason == "key_unknown");
    credentials.certificate_key = test::key_of("maker-old").public_key();
    credentials.certificate_organisation = "maker";
    REQUIRE(gate.authenticator.identify(credentials)->refusal->reason == "key_revoked");
}

TEST_CASE("access is given and refused by who it is") {
    Gate gate;
    const CallerPtr brand = gate.show(gate.node.authorization("brand"));
    const CallerPtr maker = gate.show(gate.node.authorization("maker"));
    const CallerPtr auditor = gate.show(gate.node.authorization("auditor"));
    AuthToken here = gate.node.token("brand");
    here.audience = kAddress;
    const CallerPtr owner = gate.show("Touchstone " + encode_token(here, test::key_of("brand")));
    const auto reason = [](const std::optional<RpcError>& error) { return error ? error->reason : "none"; };
    REQUIRE(reason(check_access(Access::kPublic, *anonymous())) == "none");
    for (const Access access :
         {Access::kMember, Access::kParty, Access::kOwnOrOverseer, Access::kOverseer, Access::kNodeOwner})
        REQUIRE(reason(check_access(access, *anonymous())) == "authentication_required");
    REQUIRE(reason(check_access(Access::kMember, *maker)) == "none");
    REQUIRE(reason(check_access(Access::kOverseer, *maker)) == "access_denied");
    REQUIRE(reason(check_access(Access::kOverseer, *auditor)) == "none");
    REQUIRE(reason(check_access(Access::kNodeOwner, *auditor)) == "access_denied");
    REQUIRE(reason(check_access(Access::kNodeOwner, *brand)) == "access_denied");  // for any node
    REQUIRE(reason(check_access(Access::kNodeOwner, *owner)) == "none");
    REQUIRE(reason(check_own(*maker, "maker")) == "none");
    REQUIRE(reason(check_own(*maker, "brand")) == "access_denied");
    REQUIRE(reason(check_own(*auditor, "brand")) == "none");
    REQUIRE(reason(check_own(*anonymous(), "brand")) == "authentication_required");
    REQUIRE(reason(check_own(*anonymous(), "")) == "authentication_required");
    REQUIRE(reason(check_access(Access::kMember, *gate.show("Bearer x"))) == "token_malformed");
}
