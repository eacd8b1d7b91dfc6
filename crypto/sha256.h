// SHA-256 (FIPS 180-4) through OpenSSL's EVP interface.
//
// The digest is fetched once per process and one context per thread is reused: 122 ns for 64 bytes against 380 ns
// with the implicit fetch (docs/design-notes.md). Any thread may call; no call fails (out of memory aborts).
#pragma once

#include <initializer_list>
#include <memory>

#include "base/bytes.h"
#include "base/hash256.h"

namespace touchstone::crypto {

Hash256 sha256(ByteView bytes);

// The digest of the parts joined, without joining them.
Hash256 sha256(std::initializer_list<ByteView> parts);

// H(tag ‖ parts): tags are ASCII such as "touchstone/item/1", so that a digest for one purpose means nothing in
// another.
Hash256 tagged_hash(std::string_view tag, std::initializer_list<ByteView> parts);

// For input that arrives piecewise. Not thread-safe; one object per use.
class Sha256Stream {
  public:
    Sha256Stream();
    ~Sha256Stream();
    Sha256Stream(const Sha256Stream&) = delete;
    Sha256Stream& operator=(const Sha256Stream&) = delete;
    void update(ByteView bytes);
    // The stream may not be used afterwards: that aborts.
    Hash256 finish();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace touchstone::crypto
