#include "node/app/genesis_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "node/app/logging.h"

namespace touchstone::node {
namespace {

using Json = nlohmann::ordered_json;
using ledger::Parameters;

Error malformed(const std::string& path, std::string_view why) {
    return {"genesis_malformed", fmt::format("genesis.json: {}: {}", path.empty() ? "/" : path, why)};
}

// One object of the document: its members are taken one by one, and what is left over is an error. The first fault
// stays; values after it are defaults.
class ObjectReader {
  public:
    ObjectReader(const Json& json, std::string path) : json_(json), path_(std::move(path)) {
        if (!json_.is_object()) fault(path_, "expected an object");
    }

    const Json* member(const char* key, bool* present = nullptr) {
        taken_.insert(key);
        const bool found = json_.is_object() && json_.contains(key);
        if (present) *present = found;
        if (!found && !present) fault(at(key), "is missing");
        return found ? &json_.at(key) : nullptr;
    }
    std::string text(const char* key) { return text_of(member(key), key); }
    std::string optional_text(const char* key) {
        bool present = false;
        return text_of(member(key, &present), key);
    }
    std::uint64_t optional_number(const char* key, std::uint64_t fallback) {
        bool present = false;
        const Json* value = member(key, &present);
        if (!value) return fallback;
        if (value->is_number_unsigned()) return value->get<std::uint64_t>();
        fault(at(key), "expected a whole number");
        return fallback;
    }
    bool optional_truth(const char* key) {
        bool present = false;
        const Json* value = member(key, &present);
        if (!value) return false;
        if (value->is_boolean()) return value->get<bool>();
        fault(at(key), "expected true or false");
        return false;
    }
    crypto::PublicKey key(const char* name) {
        const auto parsed = crypto::PublicKey::from_hex(text(name));
        if (!parsed) fault(at(name), "expected 64 hexadecimal digits");
        return parsed.value_or(crypto::PublicKey{});
    }
    // Calls read(element, its path) for each; read answers a Status.
    template <class Read>
    void list(const char* key, Read read) {
        read_list(member(key), key, read);
    }
    template <class Read>
    void optional_list(const char* key, Read read) {
        bool present = false;
        read_list(member(key, &present), key, read);
    }
    std::string at(const char* key) const { return path_ + "/" + key; }
    void fault(const std::string& path, std::string_view why) {
        if (!error_) error_ = malformed(path, why);
    }
    Status finish() {
        if (json_.is_object()) {
            for (const auto& [key, value] : json_.items()) {
                if (!taken_.contains(key)) fault(path_ + "/" + key, "is not a known key");
            }
        }
        if (error_) return *error_;
        return Ok{};
    }

  private:
    template <class Read>
    void read_list(const Json* value, const char* key, Read read) {
        if (!value) return;
        if (!value->is_array()) return fault(at(key), "expected a list");
        for (std::size_t i = 0; i < value->size() && !error_; ++i) {
            const Status status = read(value->at(i), fmt::format("{}/{}", at(key), i));
            if (!status.ok()) error_ = status.error();
        }
    }
    std::string text_of(const Json* value, const char* key) {
        if (!value) return {};
        if (value->is_string()) return value->get<std::string>();
        fault(at(key), "expected a text");
        return {};
    }

    const Json& json_;
    std::string path_;
    std::set<std::string> taken_;
    std::optional<Error> error_;
};

Result<ledger::OrganisationKey> read_key(const Json& json, const std::string& path) {
    ObjectReader in(json, path);
    ledger::OrganisationKey key;
    key.key = in.key("key");
    const std::string purpose = in.text("purpose");
    if (purpose != "admin" && purpose != "operate") in.fault(in.at("purpose"), "expected admin or operate");
    key.purpose = purpose == "admin" ? ledger::KeyPurpose::kAdmin : ledger::KeyPurpose::kOperate;
    key.added = Height(in.optional_number("added", 0));
    key.revoked = Height(in.optional_number("revoked", 0));
    TRY(in.finish());
    return key;
}

Result<ledger::OrganisationRecord> read_organisation(const Json& json, const std::string& path) {
    ObjectReader in(json, path);
    ledger::OrganisationRecord record;
    record.id = in.text("id");
    record.name = in.text("name");
    in.list("roles", [&](const Json& item, const std::string& where) -> Status {
        const auto role = item.is_string() ? ledger::role_from(item.get<std::string>()) : std::nullopt;
        if (!role) return malformed(where, "is not a known role");
        const auto bit = static_cast<std::uint16_t>(1u << static_cast<unsigned>(*role));
        if (record.roles & bit) return malformed(where, "the role is listed twice");
        record.roles = static_cast<std::uint16_t>(record.roles | bit);
        return Ok{};
    });
    record.gln = in.optional_text("gln");
    record.country = in.optional_text("country");
    in.optional_list("prefixes", [&](const Json& item, const std::string& where) -> Status {
        if (!item.is_string()) return malformed(where, "expected a text");
        record.prefixes.push_back(item.get<std::string>());
        return Ok{};
    });
    record.council = in.optional_truth("council");
    record.suspended = in.optional_truth("suspended");
    in.list("keys", [&](const Json& item, const std::string& where) -> Status {
        TRY_ASSIGN(auto key, read_key(item, where));
        record.keys.push_back(key);
        return Ok{};
    });
    TRY(in.finish());
    return record;
}

Result<ledger::GenesisValidator> read_validator(const Json& json, const std::string& path) {
    ObjectReader in(json, path);
    ledger::GenesisValidator validator;
    validator.organisation = in.text("organisation");
    validator.name = in.text("name");
    validator.key = in.key("key");
    TRY(in.finish());
    return validator;
}

Status read_parameters(const Json& json, Parameters& parameters) {
    ObjectReader in(json, "/parameters");
    for (const ledger::ParameterField& one : ledger::parameter_fields())
        parameters.*one.field = in.optional_number(one.name.data(), parameters.*one.field);
    return in.finish();
}

// nlohmann keeps the last of two equal keys without a word; a genesis that reads two ways is refused.
Result<Json> parse_strictly(const std::string& text) {
    std::vector<std::set<std::string>> open;
    std::string repeated;
    const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
        if (event == Json::parse_event_t::object_start) open.emplace_back();
        if (event == Json::parse_event_t::object_end) open.pop_back();
        if (event == Json::parse_event_t::key && !open.back().insert(parsed.get<std::string>()).second)
            repeated = parsed.get<std::string>();
        return true;
    };
    Json json = Json::parse(text, watch, false);
    if (json.is_discarded()) return malformed("", "is not JSON");
    if (!repeated.empty()) return malformed("", fmt::format("the key \"{}\" is repeated within one object", repeated));
    return json;
}

Json organisation_json(const ledger::OrganisationRecord& record) {
    Json roles = Json::array();
    for (std::size_t i = 0; i < ledger::kRoleCount; ++i) {
        const auto role = static_cast<ledger::Role>(i);
        if (record.has(role)) roles.push_back(std::string(ledger::name_of(role)));
    }
    Json out = {{"id", record.id}, {"name", record.name}, {"roles", roles}};
    if (!record.gln.empty()) out["gln"] = record.gln;
    if (!record.country.empty()) out["country"] = record.country;
    if (!record.prefixes.empty()) out["prefixes"] = record.prefixes;
    if (record.council) out["council"] = true;
    if (record.suspended) out["suspended"] = true;
    out["keys"] = Json::array();
    for (const ledger::OrganisationKey& key : record.keys) {
        Json item = {{"key", key.key.hex()},
                     {"purpose", key.purpose == ledger::KeyPurpose::kAdmin ? "admin" : "operate"}};
        if (key.added.value != 0) item["added"] = key.added.value;
        if (key.revoked.value != 0) item["revoked"] = key.revoked.value;
        out["keys"].push_back(std::move(item));
    }
    return out;
}

}  // namespace

std::optional<WallTime> parse_time(std::string_view text) {
    namespace time = std::chrono;
    const auto number = [&](std::size_t from, std::size_t size) -> int {
        int value = -1;
        const char* end = text.data() + from + size;
        const bool digits = std::all_of(text.data() + from, end, [](char c) { return c >= '0' && c <= '9'; });
        return digits && std::from_chars(text.data() + from, end, value).ptr == end ? value : -1;
    };
    const bool with_ms = text.size() == 24;
    if (!with_ms && text.size() != 20) return std::nullopt;
    std::string shape(text);
    for (char& c : shape) c = c >= '0' && c <= '9' ? '0' : c;
    if (shape != (with_ms ? "0000-00-00T00:00:00.000Z" : "0000-00-00T00:00:00Z")) return std::nullopt;
    const time::year_month_day date{time::year(number(0, 4)), time::month(static_cast<unsigned>(number(5, 2))),
                                    time::day(static_cast<unsigned>(number(8, 2)))};
    const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
    if (!date.ok() || number(0, 4) < 1970 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const auto since = time::sys_days(date).time_since_epoch() + time::hours(hour) + time::minutes(minute) +
                       time::seconds(second) + time::milliseconds(with_ms ? number(20, 3) : 0);
    return WallTime{static_cast<std::uint64_t>(time::duration_cast<time::milliseconds>(since).count())};
}

std::string genesis_to_json(const ledger::Genesis& genesis) {
    Json out = {{"name", genesis.name}, {"time", format_time(genesis.time)}};
    for (const ledger::ParameterField& one : ledger::parameter_fields())
        out["parameters"][std::string(one.name)] = genesis.parameters.*one.field;
    out["organisations"] = Json::array();
    for (const auto& record : genesis.organisations) out["organisations"].push_back(organisation_json(record));
    out["validators"] = Json::array();
    for (const auto& validator : genesis.validators)
        out["validators"].push_back(
            {{"organisation", validator.organisation}, {"name", validator.name}, {"key", validator.key.hex()}});
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<ledger::Genesis> genesis_from_json(const std::string& text) {
    TRY_ASSIGN(const Json json, parse_strictly(text));
    ObjectReader in(json, "");
    ledger::Genesis genesis;
    genesis.name = in.text("name");
    const auto time = parse_time(in.text("time"));
    if (!time) in.fault("/time", "expected a time such as 2026-01-01T00:00:00.000Z");
    genesis.time = time.value_or(WallTime{});
    if (const Json* parameters = in.member("parameters")) {
        const Status read = read_parameters(*parameters, genesis.parameters);
        if (!read.ok()) return read.error();
    }
    in.list("organisations", [&](const Json& item, const std::string& path) -> Status {
        TRY_ASSIGN(auto record, read_organisation(item, path));
        genesis.organisations.push_back(std::move(record));
        return Ok{};
    });
    in.list("validators", [&](const Json& item, const std::string& path) -> Status {
        TRY_ASSIGN(auto validator, read_validator(item, path));
        genesis.validators.push_back(std::move(validator));
        return Ok{};
    });
    TRY(in.finish());
    return genesis;
}

}  // namespace touchstone::node
