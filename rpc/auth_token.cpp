#include "rpc/auth_token.h"

#include "base/codec.h"
#include "base/limits.h"

namespace touchstone::rpc {
namespace {

constexpr std::string_view kSignTag = "touchstone/token/1";
constexpr std::uint8_t kVersion = 1;

Bytes payload_of(const AuthToken& token) {
    Writer writer;
    writer.u8(kVersion).hash(token.chain_id).string(token.organisation).raw(token.key.view()).string(token.audience);
    writer.u64(token.issued.ms).u64(token.expires.ms).raw(token.nonce);
    return std::move(writer).take();
}

Bytes signing_bytes(ByteView payload) {
    Writer writer;
    writer.raw(as_bytes(kSignTag)).raw(payload);
    return std::move(writer).take();
}

// RFC 4648 section 5: the alphabet for URLs and headers, without padding.
std::string to_base64url(ByteView bytes) {
    std::string text = to_base64(bytes);
    while (text.ends_with('=')) text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
    if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
    std::string padded(text);
    for (char& c : padded) c = c == '-' ? '+' : c == '_' ? '/' : c;
    padded.append((4 - padded.size() % 4) % 4, '=');
    return from_base64(padded);
}

Error malformed() {
    return {"token_malformed", "What follows `Authorization: Touchstone` is no token of this version."};
}

}  // namespace

std::string encode_token(AuthToken token, const crypto::SecretKey& key) {
    token.key = key.public_key();
    Bytes bytes = payload_of(token);
    const crypto::Signature signature = key.sign(signing_bytes(bytes));
    append(bytes, signature.view());
    return to_base64url(bytes);
}

Result<AuthToken> decode_token(std::string_view text, SignatureCheck check) {
    if (text.size() > limits::kTokenCharactersMax) return malformed();
    const auto bytes = from_base64url(text);
    if (!bytes || bytes->size() < crypto::Signature::kSize) return malformed();
    const ByteView payload = ByteView(*bytes).first(bytes->size() - crypto::Signature::kSize);
    Reader reader(payload);
    AuthToken token;
    if (reader.u8() != kVersion) reader.fail();
    token.chain_id = reader.hash();
    token.organisation = reader.string();
    token.key = crypto::PublicKey::from_view(reader.raw(crypto::PublicKey::kSize)).value_or(crypto::PublicKey{});
    token.audience = reader.string();
    token.issued = WallTime{reader.u64()};
    token.expires = WallTime{reader.u64()};
    const ByteView nonce = reader.raw(token.nonce.size());
    if (!reader.finished() || token.organisation.size() > limits::kOrgIdBytesMax ||
        token.audience.size() > limits::kAudienceBytesMax)
        return malformed();
    std::copy(nonce.begin(), nonce.end(), token.nonce.begin());
    if (check == SignatureCheck::kNo) return token;
    const auto signature = crypto::Signature::from_view(ByteView(*bytes).subspan(payload.size()));
    if (!crypto::verify(token.key, signing_bytes(payload), *signature))
        return Error{"token_signature", "The token's signature is not that of the key that it names."};
    return token;
}

}  // namespace touchstone::rpc
