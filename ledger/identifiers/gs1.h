// GS1 identifiers: check digits, GTIN, SSCC, GLN, EPC URIs and GS1 Digital Link.
// Sources: GS1 General Specifications (section 7.9.1, check digit; 3.2, application identifiers),
// GS1 EPC Tag Data Standard 2.0 (section 6, EPC URIs), GS1 Digital Link URI Syntax 1.2.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace touchstone::ledger {

// 14 digits with a valid check digit.
bool is_gtin14(std::string_view text);
bool is_gln(std::string_view text);   // 13 digits, likewise
bool is_sscc(std::string_view text);  // 18 digits, likewise
// The digit that follows `digits` (weights 3, 1, … from the right); '?' when one of them is none.
char check_digit(std::string_view digits);
// GTIN-8, -12, -13 or -14 padded to 14. Error: bad_gtin, which names the right check digit.
Result<std::string> to_gtin14(std::string_view text);
// AI (21): 1 to 20 characters of GS1 character set 82. Likewise AI (10).
bool is_serial(std::string_view text);
bool is_lot(std::string_view text);
// GS1 company prefixes: 4 to 12 digits (GS1 General Specifications 1.4.4; a GS1-8 prefix with five zeros before it).
bool is_prefix(std::string_view text);
// Of a list: ascending, and none is the beginning of another.
bool is_prefix_list(const std::vector<std::string>& prefixes);
// Whether the GTIN-14 is made with that company prefix, which begins at its second digit.
bool prefix_covers(std::string_view prefix, std::string_view gtin14);

// What a code on an item says.
struct ItemCode {
    std::string gtin;  // GTIN-14
    std::string serial;
    std::string lot;     // when the link carries AI (10), else empty
    std::string expiry;  // YYMMDD when it carries AI (17), else empty
};
// https://example.org/01/09506000134352/21/12345?17=271231, urn:epc:id:sgtin:9506000.013435.12345, or
// (01)09506000134352(21)12345. Links have any domain and may have path segments before /01/; they, and element strings,
// may carry lot (10) and expiry (17), and other application identifiers, which are passed over. What occurs twice is
// refused. Errors: bad_identifier, bad_gtin, bad_serial, bad_lot, bad_expiry.
Result<ItemCode> parse_item_name(std::string_view text);
// The canonical Digital Link: https://id.gs1.org/01/{gtin}/21/{serial}, percent-encoded; `domain` without a slash.
std::string digital_link(std::string_view gtin14, std::string_view serial,
                         std::string_view domain = "https://id.gs1.org");

}  // namespace touchstone::ledger
