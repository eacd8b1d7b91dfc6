// What goes over a connection between nodes, inside TLS.
//
//   frame = u32 size of the body ‖ u8 kind ‖ body
//
// First, from both sides at once, one hello; then the side with the smaller key sends activate on the one connection
// that the two shall use (mesh_core.h); from then on data, ping and pong. Example: a ping with the token 7 is
// 00000008 04 0000000000000007.
//
// FrameReader never holds more than one frame that is not whole, and gets memory for a body only as it arrives.
// Thread safety: none; one reader per connection.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/hash256.h"
#include "base/limits.h"
#include "base/result.h"

namespace touchstone::node {

enum class FrameKind : std::uint8_t { kHello = 1, kActivate = 2, kData = 3, kPing = 4, kPong = 5 };

inline constexpr std::size_t kFrameHeadBytes = 5;
inline constexpr std::size_t kHelloBytesMax = 256;
inline constexpr std::size_t kTokenBytes = 8;

// Both sides must say the same, or the connection ends with the first difference as its reason.
// Layout: u32 version ‖ chain id (32) ‖ parameters (32).
struct Hello {
    std::uint32_t version = 1;
    Hash256 chain_id;
    Hash256 parameters;  // digest of whatever else the peers must agree on
    bool operator==(const Hello&) const = default;

    Bytes encode() const;
    static Result<Hello> decode(ByteView bytes);  // error: hello_malformed
    // wrong_version, wrong_chain, wrong_parameters, or empty when equal.
    std::string_view difference(const Hello& other) const;
};

void append_frame_head(Bytes& out, FrameKind kind, std::size_t body_size);

struct WireFrame {
    FrameKind kind = FrameKind::kData;
    Bytes body;
};

class FrameReader {
  public:
    explicit FrameReader(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

    // Where the next bytes go: never empty. Valid until filled().
    std::span<std::uint8_t> space();
    // `size` bytes were put into space(); whole frames are appended to `out`. Answers an empty text, or the fault after
    // which the reader must not be used: frame_oversize, frame_empty, frame_kind.
    [[nodiscard]] std::string_view filled(std::size_t size, std::vector<WireFrame>& out);

  private:
    std::string_view open_frame();
    void grow_body();

    std::size_t body_bytes_max_;
    Bytes scratch_;
    std::array<std::uint8_t, kFrameHeadBytes> head_{};
    std::size_t head_have_ = 0;
    FrameKind kind_ = FrameKind::kData;
    Bytes body_;                 // size: what is allocated so far, at most body_size_
    std::size_t body_size_ = 0;  // as announced
    std::size_t body_have_ = 0;
    bool direct_ = false;  // space() pointed into body_
};

}  // namespace touchstone::node
