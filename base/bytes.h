// Byte strings and their views.
//
// Thread safety: values only. Failure: from_hex and from_base64 return nullopt on any malformed input
// (odd length, foreign characters, wrong padding), never a partial result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace touchstone {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
inline void append(Bytes& to, ByteView from) { to.insert(to.end(), from.begin(), from.end()); }
inline bool equal(ByteView a, ByteView b) { return as_text(a) == as_text(b); }

// Lower-case hexadecimal, two characters per byte.
std::string to_hex(ByteView bytes);
// Accepts upper and lower case.
std::optional<Bytes> from_hex(std::string_view text);

// RFC 4648 section 4: standard alphabet, padded.
std::string to_base64(ByteView bytes);
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace touchstone
