// A token: an organisation's statement, signed with one of its keys, that the bearer of these bytes may read for it
// from one node for a short while.
//
// Grammar (base/codec.h):
//   payload   u8 version = 1 ‖ chain id ‖ text organisation ‖ key (32) ‖ text audience ‖ u64 issued ‖ u64 expires ‖
//             nonce (16)                              times in milliseconds since 1970
//   signature Ed25519 over "touchstone/token/1" ‖ payload
//   token     base64url(payload ‖ signature), without padding
//
// The audience is where the client sends it: "host:port" as in its URL, so that a node can not use at another node what
// it was given. "*" is any node; no node opens its vault for that.
//
// Thread safety: values and pure functions. Errors: token_malformed, token_signature.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/hash256.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/ed25519.h"

namespace touchstone::rpc {

inline constexpr std::string_view kTokenScheme = "Touchstone";
inline constexpr std::string_view kAnyAudience = "*";

struct AuthToken {
    Hash256 chain_id;
    std::string organisation;
    crypto::PublicKey key;
    std::string audience;
    WallTime issued;
    WallTime expires;
    std::array<std::uint8_t, 16> nonce{};
    bool operator==(const AuthToken&) const = default;
};

// Signs it; `token.key` is set to the signer's.
std::string encode_token(AuthToken token, const crypto::SecretKey& key);

enum class SignatureCheck { kYes, kNo };  // kNo: the very same bytes were checked before
Result<AuthToken> decode_token(std::string_view text, SignatureCheck check);

}  // namespace touchstone::rpc
