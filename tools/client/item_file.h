// Files of items: CSV with a column serial, uri or commitment, and optionally gtin, lot, expiry, made_on.
//
// Pure functions over text. A bad line never stops the others: it is kept with its number and the reason.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash256.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/records/records.h"
#include "ledger/schema/units.h"

namespace touchstone::tools {

struct ItemLine {
    std::size_t line = 0;  // 1 = first line of the file
    std::string text;      // the serial, URI or commitment as written
    ledger::ItemName name;
    std::string serial;    // empty when a commitment was given
    std::string lot;
    ledger::Day expiry = 0;
    ledger::Day made_on = 0;
};

struct BadLine {
    std::size_t line = 0;
    std::string text;
    std::string code;  // bad_gtin, bad_serial, bad_identifier, bad_date, bad_lot, duplicate_line, malformed_line, …
    std::string message;  // for people
    bool operator==(const BadLine&) const = default;
};

struct ItemFile {
    std::vector<ItemLine> items;
    std::vector<BadLine> bad;
};

// What stands for all lines unless a line has its own.
struct ItemDefaults {
    std::string gtin;  // GTIN-14, needed for serials and commitments alone
    std::string lot;
    ledger::Day expiry = 0;
    ledger::Day made_on = 0;
};

// With a header line that names columns, or without: one identifier per line, then lot, expiry, made_on. The separator
// is a comma; a semicolon or tab when the header has it and no comma. A serial that contains it is quoted.
// Error (the file as a whole): bad_file_header names the unknown or repeated column.
Result<ItemFile> parse_item_file(std::string_view text, const ItemDefaults& defaults);
// Identifiers from the command line, numbered from 1.
ItemFile parse_item_arguments(const std::vector<std::string>& arguments, const ItemDefaults& defaults);

// Fields of one CSV record (RFC 4180: quotes, doubled quotes). nullopt: a quote is not closed.
std::optional<std::vector<std::string>> split_csv(std::string_view line, char separator);

// One item, as commands name it. `gtin`: of a serial or a commitment that stands alone, as typed; or empty. Errors: as
// of a line.
Result<ItemLine> item_named(const std::string& text, const std::string& gtin);

// YYYY-MM-DD or YYMMDD (GS1, day 00 = last of the month). nullopt when it is no day of the calendar.
std::optional<ledger::Day> parse_day(std::string_view text);
using ledger::day_text;

}  // namespace touchstone::tools
