#include "consensus/types.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "crypto/sha256.h"

namespace touchstone::consensus {
namespace {

constexpr std::string_view kVoteTag = "touchstone/vote/1";
constexpr std::size_t kVoteTagSize = 24;
constexpr std::size_t kSigningSize = 113;

Error malformed(const std::string& what) { return {"certificate_malformed", what}; }

}  // namespace

Bytes signing_bytes(const Hash256& chain_id, const Subject& subject) {
    Writer out;
    out.reserve(kSigningSize);
    out.raw(as_bytes(kVoteTag));
    for (std::size_t i = kVoteTag.size(); i < kVoteTagSize; ++i) out.u8(0);
    out.hash(chain_id).u64(subject.epoch.value).u8(static_cast<std::uint8_t>(subject.kind));
    out.u64(subject.view.value).u64(subject.parent.value).hash(subject.digest);
    INVARIANT(out.bytes().size() == kSigningSize);
    return std::move(out).take();
}

bool well_formed(const Subject& subject) {
    if (subject.view.value == 0) return false;
    switch (subject.kind) {
        case VoteKind::kNullify:
            return subject.parent.value == 0 && subject.digest.is_zero();
        case VoteKind::kNotarize:
        case VoteKind::kFinalize:
            return subject.parent < subject.view;
    }
    return false;
}

ValidatorSet::ValidatorSet(std::vector<crypto::PublicKey> keys, Epoch epoch) : keys_(std::move(keys)), epoch_(epoch) {
    INVARIANT(!keys_.empty() && keys_.size() <= limits::kValidatorsMax);
    // One key in two seats would vote twice.
    INVARIANT(std::set<crypto::PublicKey>(keys_.begin(), keys_.end()).size() == keys_.size());
}

std::optional<ValidatorIndex> ValidatorSet::index_of(const crypto::PublicKey& key) const {
    const auto found = std::find(keys_.begin(), keys_.end(), key);
    if (found == keys_.end()) return std::nullopt;
    return ValidatorIndex(static_cast<std::uint32_t>(found - keys_.begin()));
}

Hash256 ValidatorSet::hash() const {
    Writer out;
    out.u64(epoch_.value).u32(size());
    for (const auto& key : keys_) out.raw(key.view());
    return crypto::tagged_hash("touchstone/validators/1", {out.bytes()});
}

Bytes Certificate::encode(std::uint32_t validators) const {
    INVARIANT(validators >= 1 && validators <= limits::kValidatorsMax);
    INVARIANT(signers.size() == signatures.size());
    Bytes bitmap((validators + 7) / 8, 0);
    for (const ValidatorIndex signer : signers) {
        INVARIANT(signer.value < validators);
        bitmap[signer.value / 8] = static_cast<std::uint8_t>(bitmap[signer.value / 8] | (0x80u >> (signer.value % 8)));
    }
    Writer out;
    out.u64(subject.epoch.value).u8(static_cast<std::uint8_t>(subject.kind)).u64(subject.view.value);
    out.u64(subject.parent.value).hash(subject.digest).u16(static_cast<std::uint16_t>(validators)).raw(bitmap);
    for (const auto& signature : signatures) out.raw(signature.view());
    return std::move(out).take();
}

Result<Certificate> Certificate::decode(ByteView bytes) {
    Reader in(bytes);
    Certificate certificate;
    certificate.subject.epoch = Epoch(in.u64());
    certificate.subject.kind = static_cast<VoteKind>(in.u8());
    certificate.subject.view = View(in.u64());
    certificate.subject.parent = View(in.u64());
    certificate.subject.digest = in.hash();
    const std::uint32_t validators = in.u16();
    if (!in.ok() || !well_formed(certificate.subject)) return malformed("subject is cut short or not well formed");
    if (validators == 0 || validators > limits::kValidatorsMax) return malformed("validator count out of bounds");
    const ByteView bitmap = in.raw((validators + 7) / 8);
    if (!in.ok()) return malformed("bitmap is cut short");
    for (std::uint32_t bit = 0; bit < bitmap.size() * 8; ++bit) {
        if ((bitmap[bit / 8] & (0x80u >> (bit % 8))) == 0) continue;
        if (bit >= validators) return malformed("a padding bit of the bitmap is set");
        certificate.signers.emplace_back(bit);
        certificate.signatures.push_back(
            crypto::Signature::from_view(in.raw(crypto::Signature::kSize)).value_or(crypto::Signature{}));
    }
    if (!in.finished()) return malformed("signatures are cut short or bytes follow them");
    return certificate;
}

Status verify_certificate(const Hash256& chain_id, const ValidatorSet& validators, const Certificate& certificate) {
    return verify_certificate(chain_id, validators, certificate,
                              [&](ValidatorIndex signer, ByteView message, const crypto::Signature& signature) {
                                  return crypto::verify(validators.key(signer), message, signature);
                              });
}

// R13.
Status verify_certificate(const Hash256& chain_id, const ValidatorSet& validators, const Certificate& certificate,
                          const SignerCheck& check) {
    const auto& signers = certificate.signers;
    if (!well_formed(certificate.subject)) return Error{"certificate_malformed", "subject is not well formed"};
    if (certificate.subject.epoch != validators.epoch())
        return Error{"certificate_epoch", "the certificate is of another epoch than the validators"};
    if (signers.size() != certificate.signatures.size() || signers.size() < validators.quorum())
        return Error{"certificate_quorum", "fewer signatures than the quorum"};
    for (std::size_t i = 0; i < signers.size(); ++i) {
        if (signers[i].value >= validators.size()) return Error{"certificate_signer", "signer outside the set"};
        if (i > 0 && signers[i] <= signers[i - 1]) return Error{"certificate_signer", "signers not ascending"};
    }
    const Bytes message = signing_bytes(chain_id, certificate.subject);
    for (std::size_t i = 0; i < signers.size(); ++i) {
        if (!check(signers[i], message, certificate.signatures[i]))
            return Error{"certificate_signature", "a signature does not verify"};
    }
    return Ok{};
}

}  // namespace touchstone::consensus
