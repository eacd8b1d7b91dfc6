#include "tools/client/item_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <unordered_map>

#include "ledger/identifiers/gs1.h"

namespace touchstone::tools {

namespace {

enum Column { kSerial, kUri, kCommitment, kGtin, kLot, kExpiry, kMadeOn, kColumns };
constexpr std::array<std::string_view, kColumns> kColumnNames = {"serial", "uri",    "commitment", "gtin",
                                                                 "lot",    "expiry", "made_on"};

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::optional<Column> column_of(std::string_view name) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (std::size_t i = 0; i < kColumns; ++i)
        if (kColumnNames[i] == lower) return static_cast<Column>(i);
    return std::nullopt;
}

bool looks_like_commitment(std::string_view text) { return text.size() == 64 && Hash256::from_hex(text).has_value(); }

bool looks_like_uri(std::string_view text) {
    return text.find("://") != std::string_view::npos || text.starts_with("urn:") || text.starts_with("(01)");
}

using Cells = std::array<std::string, kColumns>;

BadLine bad(std::size_t line, std::string text, std::string code, std::string message) {
    return {line, std::move(text), std::move(code), std::move(message)};
}

Status take_uri(const Cells& cells, ItemLine& item) {
    TRY_ASSIGN(const ledger::ItemCode code, ledger::parse_item_name(cells[kUri]));
    if (!cells[kGtin].empty() && item.name.gtin != code.gtin)
        return Error{"bad_gtin", fmt::format("the column gtin says {}, the link {}", item.name.gtin, code.gtin)};
    item.name.gtin = code.gtin;
    item.serial = code.serial;
    if (item.lot.empty()) item.lot = code.lot;
    if (item.expiry != 0 || code.expiry.empty()) return Ok{};
    const auto day = parse_day(code.expiry);
    if (!day) return Error{"bad_date", fmt::format("the link's expiry {} is no date", code.expiry)};
    item.expiry = *day;
    return Ok{};
}

Status take_name(const Cells& cells, ItemLine& item) {
    if (!cells[kCommitment].empty()) {
        const auto commitment = Hash256::from_hex(cells[kCommitment]);
        if (!commitment) return Error{"bad_commitment", "the commitment of a serial is 64 hexadecimal digits"};
        if (item.name.gtin.empty()) return Error{"no_gtin", "a commitment alone needs --gtin, or a column gtin"};
        item.name.commitment = *commitment;
        return Ok{};
    }
    if (!cells[kUri].empty()) {
        TRY(take_uri(cells, item));
    } else {
        if (!ledger::is_serial(cells[kSerial]))
            return Error{"bad_serial",
                         "a serial is 1 to 20 characters of the GS1 set (letters, digits, !\"%&'()*+,-./:;<=>?_)"};
        if (item.name.gtin.empty()) return Error{"no_gtin", "a serial alone needs --gtin, or a column gtin"};
        item.serial = cells[kSerial];
    }
    item.name.commitment = ledger::serial_commitment(item.name.gtin, item.serial);
    return Ok{};
}

Status take_fields(const Cells& cells, const ItemDefaults& defaults, ItemLine& item) {
    item.name.gtin = defaults.gtin;
    if (!cells[kGtin].empty()) {
        TRY_ASSIGN(item.name.gtin, ledger::to_gtin14(cells[kGtin]));
    }
    item.lot = cells[kLot];
    for (const auto& [column, day] : {std::pair{kExpiry, &item.expiry}, std::pair{kMadeOn, &item.made_on}}) {
        if (cells[column].empty()) continue;
        const auto parsed = parse_day(cells[column]);
        if (!parsed) return Error{"bad_date", fmt::format("'{}' is no date; write YYYY-MM-DD", cells[column])};
        *day = *parsed;
    }
    TRY(take_name(cells, item));
    if (item.lot.empty()) item.lot = defaults.lot;
    if (item.expiry == 0) item.expiry = defaults.expiry;
    if (item.made_on == 0) item.made_on = defaults.made_on;
    if (!item.lot.empty() && !ledger::is_lot(item.lot))
        return Error{"bad_lot", fmt::format("'{}' is no lot: 1 to 20 characters of the GS1 set", item.lot)};
    return Ok{};
}

// Collects lines; knows what was there before.
class Collector {
  public:
    explicit Collector(const ItemDefaults& defaults) : defaults_(defaults) {}

    void take(std::size_t line, const Cells& cells) {
        ItemLine item;
        item.line = line;
        item.text = !cells[kCommitment].empty() ? cells[kCommitment] : !cells[kUri].empty() ? cells[kUri] : cells[kSerial];
        if (item.text.empty()) {
            file_.bad.push_back(bad(line, "", "malformed_line", "no serial, uri or commitment in this line"));
            return;
        }
        if (const Status status = take_fields(cells, defaults_, item); !status.ok()) {
            file_.bad.push_back(bad(line, item.text, status.error().code, status.error().message));
            return;
        }
        const auto [before, fresh] = seen_.emplace(item.name.key(), line);
        if (!fresh) {
            file_.bad.push_back(bad(line, item.text, "duplicate_line",
                                    fmt::format("the same item stands in line {} already", before->second)));
            return;
        }
        file_.items.push_back(std::move(item));
    }
    void reject(BadLine line) { file_.bad.push_back(std::move(line)); }
    ItemFile result() && { return std::move(file_); }

  private:
    const ItemDefaults& defaults_;
    ItemFile file_;
    std::unordered_map<ledger::StateKey, std::size_t> seen_;
};

Cells cells_without_header(const std::vector<std::string>& fields) {
    Cells cells;
    static constexpr std::array<Column, 3> kRest = {kLot, kExpiry, kMadeOn};
    const std::string name(fields.empty() ? "" : trimmed(fields[0]));
    cells[looks_like_commitment(name) ? kCommitment : looks_like_uri(name) ? kUri : kSerial] = name;
    for (std::size_t i = 1; i < fields.size() && i <= kRest.size(); ++i) cells[kRest[i - 1]] = trimmed(fields[i]);
    return cells;
}

// nullopt: the line is no header. Error: it is one, with a fault.
Result<std::optional<std::vector<Column>>> header_of(const std::vector<std::string>& fields) {
    std::vector<Column> columns;
    std::string unknown;
    for (const std::string& field : fields) {
        const auto column = column_of(trimmed(field));
        if (!column) {
            if (unknown.empty()) unknown = trimmed(field);
            continue;
        }
        if (std::find(columns.begin(), columns.end(), *column) != columns.end())
            return Error{"bad_file_header", fmt::format("the column {} stands twice in the header", field)};
        columns.push_back(*column);
    }
    if (unknown == "key")
        return Error{"bad_file_header",
                     "a column key is not taken: a key of the state names nothing. Name items by serial or uri, or by "
                     "the columns gtin and commitment"};
    if (columns.empty()) return std::optional<std::vector<Column>>{};
    if (columns.size() != fields.size())
        return Error{
            "bad_file_header",
            fmt::format("unknown column '{}' in the header; known: serial, uri, commitment, gtin, lot, expiry, made_on",
                        unknown)};
    return std::optional(std::move(columns));
}

// What spreadsheets of half of Europe write is a semicolon; serials may hold one, so only a header decides.
char separator_of(std::string_view first_line) {
    if (first_line.find(',') != std::string_view::npos) return ',';
    for (const char separator : {';', '\t'}) {
        const auto end = first_line.find(separator);
        if (end != std::string_view::npos && column_of(trimmed(first_line.substr(0, end)))) return separator;
    }
    return ',';
}

}  // namespace

std::optional<std::vector<std::string>> split_csv(std::string_view line, char separator) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted) {
            if (c != '"')
                fields.back() += c;
            else if (i + 1 < line.size() && line[i + 1] == '"')
                fields.back() += line[++i];
            else
                quoted = false;
        } else if (c == '"' && fields.back().empty()) {
            quoted = true;
        } else if (c == separator) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    if (quoted) return std::nullopt;
    return fields;
}

Result<ItemFile> parse_item_file(std::string_view text, const ItemDefaults& defaults) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    Collector collector(defaults);
    std::optional<std::vector<Column>> columns;
    bool first = true;
    char separator = ',';
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        if (line.empty()) continue;
        if (first) separator = separator_of(line);
        const auto fields = split_csv(line, separator);
        if (!fields) {
            collector.reject(bad(number, std::string(line), "malformed_line", "a quote is opened and not closed"));
            continue;
        }
        if (first) {
            first = false;
            TRY_ASSIGN(columns, header_of(*fields));
            if (columns) continue;
        }
        if (fields->size() > (columns ? columns->size() : 4)) {
            collector.reject(
                bad(number, std::string(line), "malformed_line",
                    fmt::format("{} fields, but {} columns", fields->size(), columns ? columns->size() : 4)));
            continue;
        }
        Cells cells;
        if (columns)
            for (std::size_t i = 0; i < fields->size(); ++i) cells[(*columns)[i]] = trimmed((*fields)[i]);
        else
            cells = cells_without_header(*fields);
        collector.take(number, cells);
    }
    return std::move(collector).result();
}

ItemFile parse_item_arguments(const std::vector<std::string>& arguments, const ItemDefaults& defaults) {
    Collector collector(defaults);
    for (std::size_t i = 0; i < arguments.size(); ++i) collector.take(i + 1, cells_without_header({arguments[i]}));
    return std::move(collector).result();
}

Result<ItemLine> item_named(const std::string& text, const std::string& gtin) {
    ItemDefaults defaults;
    if (!gtin.empty()) {
        TRY_ASSIGN(defaults.gtin, ledger::to_gtin14(gtin));
    }
    ItemFile named = parse_item_arguments({text}, defaults);
    if (named.items.empty()) return Error{named.bad.at(0).code, named.bad.at(0).message};
    return std::move(named.items[0]);
}

namespace {

std::optional<unsigned> digits(std::string_view text) {
    unsigned value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

}  // namespace

std::optional<ledger::Day> parse_day(std::string_view text) {
    namespace chrono = std::chrono;
    std::optional<unsigned> year, month, day;
    if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
        year = digits(text.substr(0, 4));
        month = digits(text.substr(5, 2));
        day = digits(text.substr(8, 2));
    } else if (text.size() == 6) {
        year = digits(text.substr(0, 2));
        if (year) *year += 2000;
        month = digits(text.substr(2, 2));
        day = digits(text.substr(4, 2));
    }
    if (!year || !month || !day) return std::nullopt;
    chrono::year_month_day date{chrono::year(static_cast<int>(*year)), chrono::month(*month), chrono::day(*day)};
    if (*day == 0 && text.size() == 6 && date.month().ok())
        date = chrono::year_month_day(date.year() / date.month() / chrono::last);
    if (!date.ok() || date.year() < chrono::year(1970)) return std::nullopt;
    return static_cast<ledger::Day>(chrono::sys_days(date).time_since_epoch().count());
}

}  // namespace touchstone::tools
