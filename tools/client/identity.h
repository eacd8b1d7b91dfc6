// Who a client is towards nodes: an organisation and its key, and the tokens that it makes of them.
//
// Thread safety: values and pure functions; a SignerSource may be called by any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/hash256.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/ed25519.h"

namespace touchstone::tools {

struct Signer {
    std::string organisation;
    crypto::SecretKey key;
};

// The signer of this process; the first call may ask for a passphrase. Errors: those of load_signer.
using SignerSource = std::function<Result<std::shared_ptr<const Signer>>()>;

// For how long a command's own tokens hold: long enough for clocks that differ by minutes.
inline constexpr Duration kTokenLifetime = seconds(5 * 60);

struct TokenTerms {
    Hash256 chain_id;
    std::string audience;  // host:port, or "*"
    WallTime now;
    Duration lifetime = kTokenLifetime;
};
// With a nonce from the system's random generator.
std::string make_token(const Signer& signer, const TokenTerms& terms);
WallTime wall_now();

}  // namespace touchstone::tools
