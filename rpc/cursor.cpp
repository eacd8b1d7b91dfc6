#include "rpc/cursor.h"

#include "base/check.h"
#include "base/codec.h"

namespace touchstone::rpc {
namespace {

crypto::SecretFileBytes fresh_secret() {
    crypto::SecretFileBytes secret;
    crypto::random_bytes(secret.bytes);
    return secret;
}

}  // namespace

RpcError cursor_unknown() {
    return {ErrorCode::kInvalidParams,
            "cursor: this node has given no such cursor to this caller for this list.",
            "cursor_unknown",
            "Begin again without a cursor, and go on at the same node as the same organisation; a cursor does not "
            "outlive the node's process.",
            {}};
}

Cursors::Cursors() : key_(fresh_secret()) {}

std::string Cursors::seal(ByteView place, ByteView bound_to) const {
    INVARIANT(place.size() <= kCursorPlaceBytes);
    Bytes plain = std::move(Writer{}.u8(static_cast<std::uint8_t>(place.size())).raw(place)).take();
    plain.resize(1 + kCursorPlaceBytes);
    return to_base64(key_.seal(plain, bound_to));
}

std::optional<Bytes> Cursors::open(std::string_view cursor, ByteView bound_to) const {
    const auto sealed = from_base64(cursor);
    const auto plain = sealed ? key_.open(*sealed, bound_to) : std::nullopt;
    if (!plain) return std::nullopt;
    INVARIANT(plain->size() == 1 + kCursorPlaceBytes && plain->front() <= kCursorPlaceBytes);
    return to_bytes(ByteView(*plain).subspan(1, plain->front()));
}

CursorScope::CursorScope(const Cursors& cursors, std::string_view method, std::string_view organisation)
    : cursors_(&cursors), bound_to_(std::move(Writer{}.string(method).string(organisation)).take()) {}

std::string CursorScope::seal(std::uint64_t number) const { return seal(std::move(Writer{}.u64(number)).take()); }

Result<Bytes, RpcError> CursorScope::open(std::string_view cursor) const {
    auto place = cursors_->open(cursor, bound_to_);
    if (!place) return cursor_unknown();
    return *std::move(place);
}

Result<std::uint64_t, RpcError> CursorScope::open_number(std::string_view cursor) const {
    auto place = open(cursor);
    if (!place.ok()) return place.error();
    Reader reader(*place);
    const std::uint64_t number = reader.u64();
    if (!reader.finished()) return cursor_unknown();
    return number;
}

}  // namespace touchstone::rpc
