// CRC-32C (Castagnoli, RFC 3720 appendix B.4): finds torn and rotten bytes; says nothing against an adversary.
//
// Thread safety: pure functions. crc32c("123456789") is e3069283.
#pragma once

#include "base/bytes.h"

namespace touchstone::storage {

// The checksum of what `crc` covers followed by `bytes`; start with 0.
std::uint32_t crc32c(std::uint32_t crc, ByteView bytes);

namespace detail {
// The portable implementation, apart so that tests hold it against the processor's.
std::uint32_t crc32c_table(std::uint32_t crc, ByteView bytes);
}  // namespace detail

}  // namespace touchstone::storage
