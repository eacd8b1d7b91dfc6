#include "ledger/identifiers/gs1.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "base/limits.h"

namespace touchstone::ledger {
namespace {

using Field = std::pair<std::string, std::string>;  // application identifier, value

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// GS1 General Specifications, figure 7.11-1.
bool in_character_set_82(char c) {
    return is_digit(c) || is_letter(c) || std::string_view("!\"%&'()*+,-./:;<=>?_").find(c) != std::string_view::npos;
}

bool is_set_82_text(std::string_view text, std::size_t size_max) {
    return !text.empty() && text.size() <= size_max && std::all_of(text.begin(), text.end(), in_character_set_82);
}

bool has_check_digit(std::string_view text, std::size_t size) {
    return text.size() == size && all_digits(text) && check_digit(text.substr(0, size - 1)) == text.back();
}

bool is_gtin_size(std::size_t size) { return size == 8 || size == 12 || size == 13 || size == 14; }

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), text.begin(), [](char p, char t) { return p == to_lower(t); });
}

Error bad_identifier(std::string_view why) {
    return {"bad_identifier", fmt::format("not an item identifier: {}. Expected a GS1 Digital Link "
                                          "(https://…/01/GTIN/21/SERIAL), urn:epc:id:sgtin:… or (01)GTIN(21)SERIAL.",
                                          why)};
}

Error bad_serial() {
    return {"bad_serial", fmt::format("a serial has 1 to {} characters of GS1 character set 82 (letters, digits and "
                                      "!\"%&'()*+,-./:;<=>?_)",
                                      limits::kSerialBytesMax)};
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

Result<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded.push_back(text[i]);
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) return bad_identifier("a % is not followed by two hexadecimal digits");
        decoded.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return decoded;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    parts.push_back(text);
    return parts;
}

// YYMMDD; GS1 lets the day be 00 for "the whole month".
bool is_expiry(std::string_view text) {
    if (text.size() != 6 || !all_digits(text)) return false;
    const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
    const int month = two(2);
    if (month < 1 || month > 12) return false;
    const bool short_month = month == 4 || month == 6 || month == 9 || month == 11;
    const int february = two(0) % 4 == 0 ? 29 : 28;
    return two(4) <= (month == 2 ? february : short_month ? 30 : 31);
}

// The fields that name an item; others are facts about it that this ledger does not read.
Result<ItemCode> item_from_fields(const std::vector<Field>& fields) {
    ItemCode item;
    std::string gtin;
    const std::pair<std::string_view, std::string*> known[] = {
        {"01", &gtin}, {"21", &item.serial}, {"10", &item.lot}, {"17", &item.expiry}};
    std::vector<std::string_view> seen;
    for (const auto& [identifier, value] : fields) {
        for (const auto& [name, target] : known) {
            if (identifier != name) continue;
            // Two serials in one code: whichever is taken, another reader takes the other.
            if (std::find(seen.begin(), seen.end(), name) != seen.end())
                return bad_identifier(fmt::format("({}) occurs twice", name));
            seen.push_back(name);
            *target = value;
        }
    }
    const auto has = [&](std::string_view name) { return std::find(seen.begin(), seen.end(), name) != seen.end(); };
    if (!has("01")) return bad_identifier("it carries no GTIN, application identifier (01)");
    if (!has("21")) return bad_identifier("it carries no serial, application identifier (21)");
    TRY_ASSIGN(item.gtin, to_gtin14(gtin));
    if (!is_serial(item.serial)) return bad_serial();
    if (has("10") && !is_lot(item.lot))
        return Error{"bad_lot",
                     fmt::format("a lot has 1 to {} characters of GS1 character set 82", limits::kLotBytesMax)};
    if (has("17") && !is_expiry(item.expiry))
        return Error{"bad_expiry", "an expiry date, application identifier (17), is six digits YYMMDD of a real date"};
    return item;
}

// urn:epc:id:sgtin:CompanyPrefix.IndicatorItemReference.Serial, TDS 2.0 section 6.3.1.
Result<ItemCode> parse_sgtin(std::string_view body) {
    const std::size_t first = body.find('.');
    const std::size_t second = first == std::string_view::npos ? first : body.find('.', first + 1);
    if (second == std::string_view::npos) return bad_identifier("an sgtin has three parts with dots between them");
    const std::string_view company = body.substr(0, first);
    const std::string_view reference = body.substr(first + 1, second - first - 1);
    const std::string_view escaped = body.substr(second + 1);
    if (!all_digits(company) || !all_digits(reference) || company.size() < 6 || company.size() > 12 ||
        company.size() + reference.size() != 13)
        return bad_identifier("in an sgtin the company prefix has 6 to 12 digits, and with the item reference 13");
    for (char c : escaped)
        if (!is_digit(c) && !is_letter(c) && std::string_view("!'()*+,-.:;=_%").find(c) == std::string_view::npos)
            return bad_serial();
    TRY_ASSIGN(const std::string serial, percent_decode(escaped));
    // The indicator digit stands before the company prefix in a GTIN-14, and after it here.
    std::string gtin = fmt::format("{}{}{}", reference.front(), company, reference.substr(1));
    gtin.push_back(check_digit(gtin));
    return item_from_fields({{"01", gtin}, {"21", serial}});
}

// "(01)…(21)…": a value ends where the next bracketed identifier begins.
Result<ItemCode> parse_element_string(std::string_view text) {
    const auto identifier_at = [&](std::size_t at) -> std::size_t {  // its number of digits, or 0
        if (at >= text.size() || text[at] != '(') return 0;
        const std::size_t digits = text.substr(at + 1, 5).find(')');
        if (digits == std::string_view::npos || digits < 2) return 0;
        return all_digits(text.substr(at + 1, digits)) ? digits : 0;
    };
    std::vector<Field> fields;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t digits = identifier_at(at);
        if (digits == 0) return bad_identifier("an application identifier has 2 to 4 digits in brackets");
        const std::size_t begin = at + digits + 2;
        std::size_t end = begin;
        while (end < text.size() && identifier_at(end) == 0) ++end;
        fields.emplace_back(text.substr(at + 1, digits), text.substr(begin, end - begin));
        at = end;
    }
    return item_from_fields(fields);
}

// A link may have path segments of its own before the GTIN; even one that reads "01".
Result<std::size_t> find_gtin_segment(const std::vector<std::string_view>& segments) {
    std::size_t candidate = segments.size();
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
        if (segments[i] != "01") continue;
        if (is_gtin_size(segments[i + 1].size()) && all_digits(segments[i + 1])) return i;
        candidate = std::min(candidate, i);
    }
    if (candidate == segments.size()) return bad_identifier("the link has no /01/ with a GTIN after it");
    return candidate;
}

Result<ItemCode> parse_digital_link(std::string_view link) {
    link = link.substr(0, link.find('#'));
    const std::size_t question = link.find('?');
    const std::string_view query = question == std::string_view::npos ? "" : link.substr(question + 1);
    std::vector<std::string_view> segments = split(link.substr(0, question), '/');
    if (segments.front().empty()) return bad_identifier("the link has no domain");
    if (segments.back().empty()) segments.pop_back();
    TRY_ASSIGN(const std::size_t start, find_gtin_segment(segments));
    std::vector<Field> fields;
    for (std::size_t i = start; i < segments.size(); i += 2) {
        const std::string_view identifier = segments[i];
        if (identifier.size() < 2 || identifier.size() > 4 || !all_digits(identifier))
            return bad_identifier("after the GTIN the path has pairs of an application identifier and its value");
        if (i + 1 == segments.size()) return bad_identifier("the last application identifier has no value");
        TRY_ASSIGN(std::string value, percent_decode(segments[i + 1]));
        fields.emplace_back(identifier, std::move(value));
    }
    for (std::string_view parameter : split(query, '&')) {
        const std::size_t equals = parameter.find('=');
        const std::string_view name = parameter.substr(0, equals);
        if (equals == std::string_view::npos) continue;
        if (name == "01" || name == "21")
            return bad_identifier("the GTIN and the serial belong into the path of a link, not into its query");
        // Anything else in a query is the website's own business.
        if (name != "10" && name != "17") continue;
        TRY_ASSIGN(std::string value, percent_decode(parameter.substr(equals + 1)));
        fields.emplace_back(name, std::move(value));
    }
    return item_from_fields(fields);
}

}  // namespace

char check_digit(std::string_view digits) {
    if (!all_digits(digits)) return '?';
    int sum = 0;
    int weight = 3;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
        sum = (sum + (*digit - '0') * weight) % 10;
        weight = 4 - weight;
    }
    return static_cast<char>('0' + (10 - sum) % 10);
}

bool is_gtin14(std::string_view text) { return has_check_digit(text, 14); }
bool is_gln(std::string_view text) { return has_check_digit(text, 13); }
bool is_sscc(std::string_view text) { return has_check_digit(text, 18); }
bool is_serial(std::string_view text) { return is_set_82_text(text, limits::kSerialBytesMax); }
bool is_lot(std::string_view text) { return is_set_82_text(text, limits::kLotBytesMax); }

Result<std::string> to_gtin14(std::string_view text) {
    if (!is_gtin_size(text.size()) || !all_digits(text)) return Error{"bad_gtin", "a GTIN has 8, 12, 13 or 14 digits"};
    const char expected = check_digit(text.substr(0, text.size() - 1));
    if (text.back() != expected)
        return Error{"bad_gtin", fmt::format("the check digit of GTIN {} is wrong: it should end in {}, if the other "
                                             "digits are right",
                                             text, expected)};
    // Leading zeros carry no weight, so the check digit stays.
    return std::string(14 - text.size(), '0').append(text);
}

Result<ItemCode> parse_item_name(std::string_view text) {
    for (std::string_view scheme : {"https://", "http://"})
        if (starts_with_ignoring_case(text, scheme)) return parse_digital_link(text.substr(scheme.size()));
    constexpr std::string_view kSgtin = "urn:epc:id:sgtin:";
    if (starts_with_ignoring_case(text, kSgtin)) return parse_sgtin(text.substr(kSgtin.size()));
    if (text.starts_with('(')) return parse_element_string(text);
    return bad_identifier("it starts like none of the known forms");
}

std::string digital_link(std::string_view gtin14, std::string_view serial, std::string_view domain) {
    std::string link = fmt::format("{}/01/{}/21/", domain, gtin14);
    for (char c : serial) {
        // RFC 3986 unreserved characters stand for themselves; all others are escaped, so that a link has one form.
        if (is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_' || c == '~')
            link.push_back(c);
        else
            link += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return link;
}

bool is_prefix(std::string_view text) {
    return text.size() >= 4 && text.size() <= 12 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_prefix_list(const std::vector<std::string>& prefixes) {
    return std::all_of(prefixes.begin(), prefixes.end(), [](const std::string& one) { return is_prefix(one); }) &&
           std::adjacent_find(prefixes.begin(), prefixes.end(), [](const std::string& a, const std::string& b) {
               return a >= b || b.starts_with(a);
           }) == prefixes.end();
}

bool prefix_covers(std::string_view prefix, std::string_view gtin14) {
    return gtin14.size() == 14 && gtin14.substr(1, prefix.size()) == prefix;
}

}  // namespace touchstone::ledger
