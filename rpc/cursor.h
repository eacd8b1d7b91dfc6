// Where a list goes on, as a client carries it: sealed, so that it tells nothing. A plain place would tell what stands
// before and after the page: another's numbers, times and ids, and how many there are.
//
// cursor = base64(seal(u8 size ‖ place ‖ zeros up to kCursorPlaceBytes)) under a key that is made with the process and
// never leaves it; the method and who asks are the additional data (crypto/sealing.h). All cursors are of one length.
// Threads: any. Failure: a cursor that was not made by this process, for this method and this caller is refused with
// cursor_unknown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/sealing.h"
#include "rpc/rpc_error.h"

namespace touchstone::rpc {

// The longest place is the key of an index: two letters, an organisation, a state, a time and an id.
inline constexpr std::size_t kCursorPlaceBytes = 95;

RpcError cursor_unknown();

class Cursors {
  public:
    Cursors();

    // Precondition: at most kCursorPlaceBytes.
    std::string seal(ByteView place, ByteView bound_to) const;
    std::optional<Bytes> open(std::string_view cursor, ByteView bound_to) const;

  private:
    const crypto::SealingKey key_;
};

// The cursors of one method for one caller.
class CursorScope {
  public:
    CursorScope(const Cursors& cursors, std::string_view method, std::string_view organisation);

    std::string seal(ByteView place) const { return cursors_->seal(place, bound_to_); }
    std::string seal(std::uint64_t number) const;
    // Error: cursor_unknown.
    Result<Bytes, RpcError> open(std::string_view cursor) const;
    Result<std::uint64_t, RpcError> open_number(std::string_view cursor) const;

  private:
    const Cursors* cursors_;
    Bytes bound_to_;
};

}  // namespace touchstone::rpc
