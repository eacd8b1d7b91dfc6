#include "ledger/identifiers/text.h"

#include <algorithm>
#include <cstdint>

#include "base/limits.h"

namespace touchstone::ledger {
namespace {

bool is_shown_as_it_is(std::uint32_t code_point) {
    if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0)) return false;
    if (code_point == 0x200e || code_point == 0x200f || code_point == 0x061c) return false;
    if (code_point >= 0x2028 && code_point <= 0x202e) return false;
    if (code_point >= 0x2066 && code_point <= 0x2069) return false;
    return code_point != 0xfeff;
}

bool is_slug_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

}  // namespace

std::uint32_t next_code_point(std::string_view& text) {
    const auto first = static_cast<std::uint8_t>(text.front());
    std::size_t length = 1;
    std::uint32_t least = 0;
    std::uint32_t value = first;
    if (first >= 0xf0) {
        length = 4, least = 0x10000, value = first & 0x07u;
    } else if (first >= 0xe0) {
        length = 3, least = 0x800, value = first & 0x0fu;
    } else if (first >= 0xc0) {
        length = 2, least = 0x80, value = first & 0x1fu;
    } else if (first >= 0x80) {
        return kNoCodePoint;
    }
    if (first >= 0xf8 || text.size() < length) return kNoCodePoint;
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<std::uint8_t>(text[i]);
        if ((next & 0xc0u) != 0x80u) return kNoCodePoint;
        value = (value << 6) | (next & 0x3fu);
    }
    text.remove_prefix(length);
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    return value < least || value > 0x10ffff || surrogate ? kNoCodePoint : value;
}

bool is_plain_text(std::string_view text) {
    while (!text.empty()) {
        const std::uint32_t code_point = next_code_point(text);
        if (code_point == kNoCodePoint || !is_shown_as_it_is(code_point)) return false;
    }
    return true;
}

bool is_slug(std::string_view text) {
    if (text.empty() || text.size() > limits::kOrgIdBytesMax) return false;
    if (text.front() == '-' || text.back() == '-') return false;
    return std::all_of(text.begin(), text.end(), is_slug_character);
}

// ISO 3166-1, the officially assigned codes, and XK, which stands for Kosovo wherever goods travel.
constexpr std::string_view kCountries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL "
    "BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV "
    "CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD "
    "GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM "
    "IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK "
    "LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW "
    "MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR "
    "PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS "
    "ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY "
    "UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW ";

bool is_country(std::string_view text) {
    if (text.size() != 2 || text.front() == ' ' || text.back() == ' ') return false;
    return kCountries.find(text) != std::string_view::npos;
}

}  // namespace touchstone::ledger
