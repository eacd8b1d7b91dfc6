#include "base/bytes.h"

#include <array>

namespace touchstone {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kInvalid = 0xff;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr std::array<std::uint8_t, 256> make_base64_values() {
    std::array<std::uint8_t, 256> values{};
    for (auto& value : values) value = kInvalid;
    for (std::size_t i = 0; i < kBase64Digits.size(); ++i)
        values[static_cast<std::uint8_t>(kBase64Digits[i])] = static_cast<std::uint8_t>(i);
    return values;
}
constexpr auto kBase64Values = make_base64_values();

}  // namespace

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (std::uint8_t byte : bytes) {
        text.push_back(kHexDigits[byte >> 4]);
        text.push_back(kHexDigits[byte & 15]);
    }
    return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

std::string to_base64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::size_t i = 0;
    const auto digit = [](std::uint32_t group, int shift) { return kBase64Digits[(group >> shift) & 63]; };
    for (; i + 3 <= bytes.size(); i += 3) {
        const std::uint32_t group = (std::uint32_t{bytes[i]} << 16) | (std::uint32_t{bytes[i + 1]} << 8) | bytes[i + 2];
        text += {digit(group, 18), digit(group, 12), digit(group, 6), digit(group, 0)};
    }
    if (bytes.size() - i == 1) {
        const std::uint32_t group = std::uint32_t{bytes[i]} << 16;
        text += {digit(group, 18), digit(group, 12), '=', '='};
    } else if (bytes.size() - i == 2) {
        const std::uint32_t group = (std::uint32_t{bytes[i]} << 16) | (std::uint32_t{bytes[i + 1]} << 8);
        text += {digit(group, 18), digit(group, 12), digit(group, 6), '='};
    }
    return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            const bool padded = i + j >= text.size() - padding;
            const std::uint8_t value = padded ? 0 : kBase64Values[static_cast<std::uint8_t>(text[i + j])];
            if (value == kInvalid) return std::nullopt;
            group = (group << 6) | value;
        }
        const std::size_t count = i + 4 == text.size() ? 3 - padding : 3;
        for (std::size_t j = 0; j < count; ++j) bytes.push_back(static_cast<std::uint8_t>(group >> (16 - 8 * j)));
        // One text per value: bits that padding leaves over must be zero.
        for (std::size_t j = count; j < 3; ++j)
            if ((static_cast<std::uint8_t>(group >> (16 - 8 * j))) != 0) return std::nullopt;
    }
    return bytes;
}

}  // namespace touchstone
