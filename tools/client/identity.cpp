#include "tools/client/identity.h"

#include <chrono>

#include "rpc/auth_token.h"

namespace touchstone::tools {

std::string make_token(const Signer& signer, const TokenTerms& terms) {
    rpc::AuthToken token;
    token.chain_id = terms.chain_id;
    token.organisation = signer.organisation;
    token.audience = terms.audience;
    token.issued = terms.now;
    token.expires = WallTime{terms.now.ms + static_cast<std::uint64_t>(terms.lifetime.us / 1000)};
    crypto::random_bytes(token.nonce);
    return rpc::encode_token(std::move(token), signer.key);
}

WallTime wall_now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return WallTime{static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count())};
}

}  // namespace touchstone::tools
