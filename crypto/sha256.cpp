#include "crypto/sha256.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace touchstone::crypto {
namespace {

const EVP_MD* digest() {
    // Fetched once and kept until the process ends: the implicit fetch of EVP_sha256() costs three times the hashing.
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    INVARIANT(fetched != nullptr);
    return fetched;
}

struct OwnedContext {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    OwnedContext() { INVARIANT(context != nullptr); }
    ~OwnedContext() { EVP_MD_CTX_free(context); }
    OwnedContext(const OwnedContext&) = delete;
    OwnedContext& operator=(const OwnedContext&) = delete;
};

EVP_MD_CTX* begin() {
    thread_local OwnedContext owned;
    INVARIANT(EVP_DigestInit_ex2(owned.context, digest(), nullptr) == 1);
    return owned.context;
}

void update(EVP_MD_CTX* context, ByteView bytes) {
    INVARIANT(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
}

Hash256 finish(EVP_MD_CTX* context) {
    Hash256 hash;
    INVARIANT(EVP_DigestFinal_ex(context, hash.bytes.data(), nullptr) == 1);
    return hash;
}

}  // namespace

Hash256 sha256(ByteView bytes) {
    EVP_MD_CTX* const context = begin();
    update(context, bytes);
    return finish(context);
}

Hash256 sha256(std::initializer_list<ByteView> parts) {
    EVP_MD_CTX* const context = begin();
    for (ByteView part : parts) update(context, part);
    return finish(context);
}

Hash256 tagged_hash(std::string_view tag, std::initializer_list<ByteView> parts) {
    EVP_MD_CTX* const context = begin();
    update(context, as_bytes(tag));
    for (ByteView part : parts) update(context, part);
    return finish(context);
}

struct Sha256Stream::Context : OwnedContext {};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {
    INVARIANT(EVP_DigestInit_ex2(context_->context, digest(), nullptr) == 1);
}
Sha256Stream::~Sha256Stream() = default;
void Sha256Stream::update(ByteView bytes) {
    INVARIANT(context_ != nullptr);
    crypto::update(context_->context, bytes);
}

Hash256 Sha256Stream::finish() {
    INVARIANT(context_ != nullptr);
    const Hash256 hash = crypto::finish(context_->context);
    context_.reset();
    return hash;
}

}  // namespace touchstone::crypto
