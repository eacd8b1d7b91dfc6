// Sealing of records at rest: XChaCha20-Poly1305 under a key that never leaves the process, and names by keyed hash.
//
// sealed = nonce (24, random) ‖ ciphertext ‖ tag (16). The additional data is not part of it and must be given again to
// open it: whoever moves a sealed record to another name makes it unreadable. A name is BLAKE2b-256 keyed, over
// u8 size of the label ‖ label ‖ data: it tells nothing to whoever has not the key, and is the same every time.
//
// Thread safety: a SealingKey is read-only after it was made; any thread may use it. Failure: open() answers nullopt
// when key, additional data or one bit of the record is not what it was.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/hash256.h"
#include "crypto/secret_file.h"

namespace touchstone::crypto {

inline constexpr std::size_t kSealOverheadBytes = 24 + 16;

class SealingKey {
  public:
    // Two keys are derived from the secret: one seals, one names.
    explicit SealingKey(const SecretFileBytes& secret);

    Bytes seal(ByteView plain, ByteView additional) const;
    std::optional<Bytes> open(ByteView sealed, ByteView additional) const;
    Hash256 name(std::string_view label, ByteView data) const;

  private:
    SecretFileBytes sealing_;
    SecretFileBytes naming_;
};

}  // namespace touchstone::crypto
