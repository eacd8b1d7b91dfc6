#include "rpc/json_writer.h"

#include <charconv>

namespace touchstone::rpc {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase64Alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool plain(unsigned char c) { return c >= 0x20 && c != '"' && c != '\\' && c < 0x80; }

// Length of the well-formed UTF-8 sequence (RFC 3629) at the front of `text`, 0 when there is none.
std::size_t utf8_length(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = at(0);
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((at(i) & 0xc0) != 0x80) return 0;
    const unsigned char second = at(1);
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return 0;  // overlong, surrogate
    if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return 0;  // overlong, above U+10FFFF
    return size;
}

void append_escape(std::string& out, unsigned char c) {
    switch (c) {
        case '"':
            out.append("\\\"");
            return;
        case '\\':
            out.append("\\\\");
            return;
        case '\n':
            out.append("\\n");
            return;
        case '\r':
            out.append("\\r");
            return;
        case '\t':
            out.append("\\t");
            return;
        default:
            out.append("\\u00");
            out.push_back(kHexDigits[c >> 4]);
            out.push_back(kHexDigits[c & 15]);
    }
}

void append_escaped(std::string& out, std::string_view text) {
    std::size_t i = 0;
    while (i < text.size()) {
        std::size_t run = i;
        while (run < text.size() && plain(static_cast<unsigned char>(text[run]))) ++run;
        out.append(text, i, run - i);
        i = run;
        if (i == text.size()) return;
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x80) {
            append_escape(out, c);
            ++i;
        } else if (const std::size_t size = utf8_length(text.substr(i))) {
            out.append(text, i, size);
            i += size;
        } else {
            out.append("\xef\xbf\xbd");
            ++i;
        }
    }
}

}  // namespace

void append_hex(std::string& out, ByteView bytes) {
    const std::size_t start = out.size();
    out.resize(start + bytes.size() * 2);
    char* to = out.data() + start;
    for (const std::uint8_t byte : bytes) {
        *to++ = kHexDigits[byte >> 4];
        *to++ = kHexDigits[byte & 15];
    }
}

void append_base64(std::string& out, ByteView bytes) {
    const std::size_t start = out.size();
    out.resize(start + (bytes.size() + 2) / 3 * 4);
    char* to = out.data() + start;
    std::size_t i = 0;
    const auto put = [&](std::uint32_t triple, int digits) {
        for (int d = 0; d < 4; ++d) *to++ = d < digits ? kBase64Alphabet[(triple >> (18 - 6 * d)) & 63] : '=';
    };
    for (; i + 3 <= bytes.size(); i += 3)
        put(static_cast<std::uint32_t>(bytes[i]) << 16 | static_cast<std::uint32_t>(bytes[i + 1]) << 8 | bytes[i + 2],
            4);
    if (bytes.size() - i == 1) put(static_cast<std::uint32_t>(bytes[i]) << 16, 2);
    if (bytes.size() - i == 2)
        put(static_cast<std::uint32_t>(bytes[i]) << 16 | static_cast<std::uint32_t>(bytes[i + 1]) << 8, 3);
}

JsonWriter& JsonWriter::string(std::string_view text) {
    separate();
    out_.push_back('"');
    append_escaped(out_, text);
    out_.push_back('"');
    comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::hex(ByteView bytes) {
    separate();
    out_.push_back('"');
    append_hex(out_, bytes);
    out_.push_back('"');
    comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::base64(ByteView bytes) {
    separate();
    out_.push_back('"');
    append_base64(out_, bytes);
    out_.push_back('"');
    comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::number(std::uint64_t value) {
    separate();
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_.append(digits, end);
    comma_ = true;
    return *this;
}

}  // namespace touchstone::rpc
