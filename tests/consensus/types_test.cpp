// Layouts of votes and certificates (SPEC.md, "Layouts"): pinned by golden digests, changed only deliberately.
#include <catch2/catch.hpp>

#include "tests/consensus/keys.h"

namespace touchstone::consensus::test {
namespace {

const Subject kBlock = notarize(9, 7, digest("block"));

std::string code_of(const Status& status) { return status.ok() ? "" : status.error().code; }
Status check(const Certificate& made, std::uint32_t n = 4) {
    return verify_certificate(kChain, validator_set(n), made);
}

}  // namespace

TEST_CASE("signing bytes have the fixed layout") {
    const Bytes bytes = signing_bytes(kChain, kBlock);
    REQUIRE(bytes.size() == 113);
    REQUIRE(as_text(ByteView(bytes).first(17)) == "touchstone/vote/1");
    REQUIRE(to_hex(ByteView(bytes).subspan(17, 7)) == "00000000000000");
    REQUIRE(to_hex(ByteView(bytes).subspan(24, 32)) == kChain.hex());
    REQUIRE(to_hex(ByteView(bytes).subspan(56, 25)) ==
            "0000000000000007"
            "01"
            "0000000000000009"
            "0000000000000007");
    REQUIRE(to_hex(ByteView(bytes).subspan(81)) == digest("block").hex());
    REQUIRE(crypto::sha256(bytes).hex() == "e6400f08f9d0abbbcddea000dbf1a0e404896d2417bc7f7ca61519ea10885562");
    REQUIRE(crypto::sha256(signing_bytes(kChain, nullify(9))).hex() ==
            "30eba0801b35ef5b35e6411602bf0dd3e7c3508be22b124f2549fb1f544e4739");
    REQUIRE(crypto::sha256(signing_bytes(kChain, finalize(9, 7, digest("block")))).hex() ==
            "9b8640e606bb413ee956a5e240a793a94caed56a02efef2205ce9d4b4095e834");
}

TEST_CASE("the validator set's hash, quorum and leaders") {
    REQUIRE(validator_set(4).hash().hex() == "7ea3d027fe756d7e18f2f76c3eaf6d543593e892f4150f233c9ec8aad0dad135");
    const std::uint32_t sizes[] = {1, 2, 3, 4, 5, 6, 7, 10, 100};
    const std::uint32_t quorums[] = {1, 2, 3, 3, 4, 5, 5, 7, 67};
    for (std::size_t i = 0; i < std::size(sizes); ++i) REQUIRE(validator_set(sizes[i]).quorum() == quorums[i]);
    REQUIRE(validator_set(4).leader(View(9)) == ValidatorIndex(1));
    REQUIRE(validator_set(4).index_of(secret_key(2).public_key()) == ValidatorIndex(2));
    REQUIRE(!validator_set(4).index_of(secret_key(4).public_key()));
}

TEST_CASE("certificates are encoded and decoded") {
    const Certificate made = certificate(kBlock, {0, 2, 3});
    const Bytes bytes = made.encode(4);
    REQUIRE(bytes.size() == 57 + 2 + 1 + 3 * 64);
    REQUIRE(bytes[59] == 0b10110000);
    REQUIRE(crypto::sha256(bytes).hex() == "4a967f5c3e9ca18c9dfbfadf27951f7e394e3099dc732ee97617f63292862bf8");
    REQUIRE(Certificate::decode(bytes).value() == made);
    const Certificate wide = certificate(nullify(3), {0, 8, 99});
    REQUIRE(Certificate::decode(wide.encode(100)).value() == wide);
}

TEST_CASE("malformed certificates are refused") {
    const Bytes good = certificate(kBlock, {0, 2, 3}).encode(4);
    for (std::size_t size = 0; size < good.size(); ++size)
        REQUIRE(Certificate::decode(ByteView(good).first(size)).error().code == "certificate_malformed");
    const auto refused = [&](std::size_t at, std::uint8_t byte) {
        Bytes bad = good;
        bad[at] = byte;
        return !Certificate::decode(bad).ok();
    };
    REQUIRE(refused(8, 0));  // kinds 1 to 3
    REQUIRE(refused(8, 4));
    REQUIRE(refused(8, 2));            // a nullify with parent and digest
    REQUIRE(refused(24, 9));           // parent not below view
    REQUIRE(refused(58, 0));           // no validators
    REQUIRE(refused(58, 101));         // too many
    REQUIRE(refused(59, 0b10111000));  // padding bit
    REQUIRE(refused(59, 0b11110000));  // a signature too few
    REQUIRE(refused(59, 0b10100000));  // a signature too many
}

TEST_CASE("certificates are checked: form, quorum, signers, signatures (R13)") {
    REQUIRE(check(certificate(kBlock, {0, 2, 3})).ok());
    REQUIRE(check(certificate(kBlock, {0, 1, 2, 3})).ok());
    REQUIRE(code_of(check(certificate(kBlock, {0, 2}))) == "certificate_quorum");
    REQUIRE(code_of(check(certificate(kBlock, {0, 2, 2}))) == "certificate_signer");
    REQUIRE(code_of(check(certificate(kBlock, {2, 0, 3}))) == "certificate_signer");
    REQUIRE(code_of(check(certificate(kBlock, {0, 2, 4}))) == "certificate_signer");
    REQUIRE(code_of(check(certificate(notarize(9, 9, digest("block")), {0, 2, 3}))) == "certificate_malformed");
    Certificate forged = certificate(kBlock, {0, 2, 3});
    forged.signatures[2] = forged.signatures[1];
    REQUIRE(code_of(check(forged)) == "certificate_signature");
    forged = certificate(kBlock, {0, 2, 3});
    forged.signatures.pop_back();
    REQUIRE(code_of(check(forged)) == "certificate_quorum");
    Certificate relabelled = certificate(kBlock, {0, 2, 3});
    relabelled.subject.kind = VoteKind::kFinalize;
    REQUIRE(code_of(check(relabelled)) == "certificate_signature");
}

TEST_CASE("a subject is well formed (R10)") {
    REQUIRE(well_formed(nullify(1)));
    REQUIRE(well_formed(notarize(1, 0, digest("a"))));
    REQUIRE(!well_formed(nullify(0)));
    REQUIRE(!well_formed(notarize(4, 4, digest("a"))));
    REQUIRE(!well_formed(finalize(4, 5, digest("a"))));
    Subject odd = nullify(4);
    odd.parent = View(1);
    REQUIRE(!well_formed(odd));
    odd = nullify(4);
    odd.digest = digest("a");
    REQUIRE(!well_formed(odd));
    odd.kind = static_cast<VoteKind>(9);
    REQUIRE(!well_formed(odd));
}

}  // namespace touchstone::consensus::test
