// Validators of tests: keys from fixed seeds, and votes and certificates made with them.
#pragma once

#include <map>

#include "consensus/types.h"
#include "crypto/sha256.h"

namespace touchstone::consensus::test {

inline const Hash256 kChain = crypto::sha256(as_bytes("chain of the consensus tests"));
inline const Epoch kEpoch{7};

inline crypto::SecretKey secret_key(std::uint32_t index) {
    const Hash256 seed = crypto::tagged_hash("test validator", {Writer().u32(index).bytes()});
    return crypto::SecretKey::from_seed(seed.bytes);
}

// Made once: deriving a key costs as much as signing.
inline const crypto::SecretKey& seat(std::uint32_t index) {
    static std::map<std::uint32_t, crypto::SecretKey> keys;
    const auto found = keys.find(index);
    return found != keys.end() ? found->second : keys.emplace(index, secret_key(index)).first->second;
}

inline ValidatorSet validator_set(std::uint32_t n) {
    std::vector<crypto::PublicKey> keys;
    for (std::uint32_t i = 0; i < n; ++i) keys.push_back(seat(i).public_key());
    return ValidatorSet(std::move(keys), kEpoch);
}

inline Hash256 digest(std::string_view name) { return crypto::sha256(as_bytes(name)); }

inline Subject notarize(std::uint64_t view, std::uint64_t parent, const Hash256& block) {
    return {kEpoch, VoteKind::kNotarize, View(view), View(parent), block};
}
inline Subject finalize(std::uint64_t view, std::uint64_t parent, const Hash256& block) {
    return {kEpoch, VoteKind::kFinalize, View(view), View(parent), block};
}
inline Subject nullify(std::uint64_t view) { return {kEpoch, VoteKind::kNullify, View(view), View(), Hash256()}; }

inline Vote vote(std::uint32_t signer, const Subject& subject) {
    return {subject, ValidatorIndex(signer), seat(signer).sign(signing_bytes(kChain, subject))};
}

inline Certificate certificate(const Subject& subject, const std::vector<std::uint32_t>& signers) {
    Certificate made{subject, {}, {}};
    for (const std::uint32_t signer : signers) {
        made.signers.emplace_back(signer);
        made.signatures.push_back(vote(signer, subject).signature);
    }
    return made;
}

}  // namespace touchstone::consensus::test
