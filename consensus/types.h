// What validators sign, and what a quorum of signatures makes of it.
//
// Signed bytes of a vote (fixed layout, 113 bytes; WebCrypto can build them too):
//   "touchstone/vote/1" padded with zeros to 24 ‖ chain id (32) ‖ u64 epoch ‖ u8 kind ‖ u64 view ‖ u64 parent view ‖
//   digest (32)
// with parent view 0 and a zero digest for nullify.
#pragma once

#include <functional>
#include <vector>

#include "base/codec.h"
#include "base/hash256.h"
#include "base/result.h"
#include "base/strong.h"
#include "crypto/ed25519.h"

namespace touchstone::consensus {

enum class VoteKind : std::uint8_t { kNotarize = 1, kNullify = 2, kFinalize = 3 };

// What a vote is about. For nullify parent and digest are zero.
struct Subject {
    Epoch epoch;
    VoteKind kind = VoteKind::kNullify;
    View view;
    View parent;
    Hash256 digest;
    auto operator<=>(const Subject&) const = default;
};

Bytes signing_bytes(const Hash256& chain_id, const Subject& subject);

// A known kind, a view above 0, a parent below the view (SPEC.md R10); nothing besides the view in a nullify.
bool well_formed(const Subject& subject);

struct Vote {
    Subject subject;
    ValidatorIndex signer;
    crypto::Signature signature;
    bool operator==(const Vote&) const = default;
};

// The ordered public keys of one epoch. n from 1 to limits::kValidatorsMax.
class ValidatorSet {
  public:
    explicit ValidatorSet(std::vector<crypto::PublicKey> keys, Epoch epoch = Epoch(0));
    Epoch epoch() const { return epoch_; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(keys_.size()); }
    std::uint32_t faults() const { return (size() - 1) / 3; }   // f
    std::uint32_t quorum() const { return size() - faults(); }  // q = n - f
    const crypto::PublicKey& key(ValidatorIndex index) const { return keys_.at(index.value); }
    const std::vector<crypto::PublicKey>& keys() const { return keys_; }
    std::optional<ValidatorIndex> index_of(const crypto::PublicKey& key) const;
    // Round robin: view v is led by validator v mod n.
    ValidatorIndex leader(View view) const { return ValidatorIndex(static_cast<std::uint32_t>(view.value % size())); }
    // SHA-256("touchstone/validators/1" ‖ u64 epoch ‖ u32 n ‖ keys): what the header of the block before carries. No
    // two epochs have the same, whoever validates.
    Hash256 hash() const;

  private:
    std::vector<crypto::PublicKey> keys_;
    Epoch epoch_;
};

// q votes for one subject. Signers ascending and unique.
struct Certificate {
    Subject subject;
    std::vector<ValidatorIndex> signers;
    std::vector<crypto::Signature> signatures;  // same order
    bool operator==(const Certificate&) const = default;

    // u64 epoch ‖ u8 kind ‖ u64 view ‖ u64 parent ‖ digest ‖ u16 n ‖ bitmap of ceil(n / 8) bytes, validator 0 in the
    // most significant bit of the first ‖ signatures in order of validators.
    Bytes encode(std::uint32_t validators) const;
    static Result<Certificate> decode(ByteView bytes);  // error: certificate_malformed
};

// Checks form, the count against the quorum and every signature. Errors: certificate_malformed, certificate_epoch,
// certificate_quorum, certificate_signer, certificate_signature.
[[nodiscard]] Status verify_certificate(const Hash256& chain_id, const ValidatorSet& validators,
                                        const Certificate& certificate);

// The same for a caller that remembers which signatures it verified: `check` says whether this signer (in the set)
// signed these bytes.
using SignerCheck = std::function<bool(ValidatorIndex signer, ByteView message, const crypto::Signature& signature)>;
[[nodiscard]] Status verify_certificate(const Hash256& chain_id, const ValidatorSet& validators,
                                        const Certificate& certificate, const SignerCheck& check);

}  // namespace touchstone::consensus
