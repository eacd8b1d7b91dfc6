#include "ledger/identifiers/names.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "ledger/identifiers/text.h"

namespace touchstone::ledger {
namespace {

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};

// Blanks, and what Unicode 15 lists as Default_Ignorable_Code_Point or as format characters (Cf).
constexpr std::array kUnseen{
    Range{0x20, 0x20},     Range{0xa0, 0xa0},       Range{0xad, 0xad},       Range{0x34f, 0x34f},     Range{0x600, 0x605},
    Range{0x61c, 0x61c},   Range{0x6dd, 0x6dd},     Range{0x70f, 0x70f},     Range{0x890, 0x891},     Range{0x8e2, 0x8e2},
    Range{0x115f, 0x1160}, Range{0x1680, 0x1680},   Range{0x17b4, 0x17b5},   Range{0x180b, 0x180f},   Range{0x2000, 0x200f},
    Range{0x2028, 0x202f}, Range{0x205f, 0x206f},   Range{0x2800, 0x2800},   Range{0x3000, 0x3000},   Range{0x3164, 0x3164},
    Range{0xfe00, 0xfe0f}, Range{0xfeff, 0xfeff},   Range{0xffa0, 0xffa0},   Range{0xfff0, 0xfffb},   Range{0x110bd, 0x110bd},
    Range{0x110cd, 0x110cd}, Range{0x13430, 0x1343f}, Range{0x1bca0, 0x1bca3}, Range{0x1d173, 0x1d17a}, Range{0xe0000, 0xe0fff}};

bool is_seen(std::uint32_t point) {
    const auto at = std::find_if(kUnseen.begin(), kUnseen.end(), [&](const Range& one) { return point <= one.last; });
    return at == kUnseen.end() || point < at->first;
}

// Simple case folding, of the scripts that firms' names are mostly written in and that have capitals. A locale's would
// differ between machines.
std::uint32_t small(std::uint32_t point) {
    const auto within = [point](std::uint32_t first, std::uint32_t last) { return point >= first && point <= last; };
    if (within('A', 'Z')) return point + 0x20;
    if (within(0xc0, 0xde) && point != 0xd7) return point + 0x20;
    if (point == 0x130 || point == 0x131) return 'i';  // with and without its dot
    if (within(0x139, 0x148) || within(0x179, 0x17e)) return point % 2 == 1 ? point + 1 : point;
    if (within(0x100, 0x137) || within(0x14a, 0x177)) return point % 2 == 0 ? point + 1 : point;
    if (point == 0x178) return 0xff;
    if (point == 0x1e9e) return 0xdf;
    if (within(0x391, 0x3a9)) return point + 0x20;
    if (within(0x400, 0x40f)) return point + 0x50;
    if (within(0x410, 0x42f)) return point + 0x20;
    return point;
}

void append(std::string& text, std::uint32_t point) {
    const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (point >> shift & 0x3f)); };
    if (point < 0x80) {
        text += static_cast<char>(point);
    } else if (point < 0x800) {
        text += static_cast<char>(0xc0 | point >> 6);
        tail(0);
    } else if (point < 0x10000) {
        text += static_cast<char>(0xe0 | point >> 12);
        tail(6), tail(0);
    } else {
        text += static_cast<char>(0xf0 | point >> 18);
        tail(12), tail(6), tail(0);
    }
}

}  // namespace

bool has_visible(std::string_view text) { return !name_identity(text).empty(); }

std::string name_identity(std::string_view name) {
    std::string identity;
    while (!name.empty()) {
        const std::uint32_t point = next_code_point(name);
        if (point == kNoCodePoint) break;
        if (is_seen(point)) append(identity, small(point));
    }
    return identity;
}

}  // namespace touchstone::ledger
