#include "storage/crc32c.h"

#include <array>
#include <cstring>

namespace touchstone::storage {
namespace {

constexpr std::uint32_t kPolynomialReflected = 0x82f63b78;

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? kPolynomialReflected : 0);
        table[i] = value;
    }
    return table;
}

constexpr auto kTable = make_table();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::uint32_t crc, ByteView bytes) {
    std::uint64_t value = ~crc;
    const std::uint8_t* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        value = __builtin_ia32_crc32di(value, word);
    }
    auto narrow = static_cast<std::uint32_t>(value);
    for (; left > 0; --left, ++at) narrow = __builtin_ia32_crc32qi(narrow, *at);
    return ~narrow;
}
#endif

}  // namespace

std::uint32_t detail::crc32c_table(std::uint32_t crc, ByteView bytes) {
    std::uint32_t value = ~crc;
    for (const std::uint8_t byte : bytes) value = (value >> 8) ^ kTable[(value ^ byte) & 0xff];
    return ~value;
}

std::uint32_t crc32c(std::uint32_t crc, ByteView bytes) {
#if defined(__x86_64__)
    static const bool has_sse42 = __builtin_cpu_supports("sse4.2") != 0;
    if (has_sse42) return crc32c_sse42(crc, bytes);
#endif
    return detail::crc32c_table(crc, bytes);
}

}  // namespace touchstone::storage
