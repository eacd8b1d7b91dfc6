#include "tools/genesis_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct ParameterName {
    const char* name;
    std::uint64_t ledger::Parameters::*member;
};
constexpr ParameterName kParameters[] = {
    {"transaction_bytes_max", &ledger::Parameters::transaction_bytes_max},
    {"operations_max", &ledger::Parameters::operations_max},
    {"items_per_register_max", &ledger::Parameters::items_per_register_max},
    {"block_bytes_max", &ledger::Parameters::block_bytes_max},
    {"block_transactions_max", &ledger::Parameters::block_transactions_max},
    {"block_items_max", &ledger::Parameters::block_items_max},
    {"validity_heights_max", &ledger::Parameters::validity_heights_max},
    {"leader_timeout_ms", &ledger::Parameters::leader_timeout_ms},
    {"advance_timeout_ms", &ledger::Parameters::advance_timeout_ms},
    {"retry_ms", &ledger::Parameters::retry_ms},
    {"clock_ahead_ms", &ledger::Parameters::clock_ahead_ms},
};

Error bad(std::string_view what) { return {"bad_genesis", fmt::format("genesis.json: {}", what)}; }

// Remembers the first fault; reads after it answer empty values.
class Members {
  public:
    Members(const json& object, std::string where, Error& fault)
        : object_(object), where_(std::move(where)), fault_(fault) {
        if (!object.is_object()) set_fault("is not an object");
    }

    void only(std::initializer_list<const char*> known) {
        if (!object_.is_object()) return;
        for (const auto& [name, value] : object_.items())
            if (std::find(known.begin(), known.end(), name) == known.end())
                set_fault(fmt::format("has the unknown member '{}'", name));
    }
    std::string text(const char* name, bool required = true) {
        const json* at = find(name, required);
        if (!at) return {};
        if (at->is_string()) return at->get<std::string>();
        set_fault(fmt::format("'{}' is not a text", name));
        return {};
    }
    std::uint64_t number(const char* name) {
        const json* at = find(name, true);
        if (at && at->is_number_unsigned()) return at->get<std::uint64_t>();
        set_fault(fmt::format("'{}' is not a number", name));
        return 0;
    }
    bool flag(const char* name) {
        const json* at = find(name, false);
        if (at && !at->is_boolean()) set_fault(fmt::format("'{}' is neither true nor false", name));
        return at && at->is_boolean() && at->get<bool>();
    }
    const json& list(const char* name) {
        static const json kNone = json::array();
        const json* at = find(name, true);
        if (at && at->is_array()) return *at;
        set_fault(fmt::format("'{}' is not a list", name));
        return kNone;
    }
    crypto::PublicKey key(const char* name) {
        const auto key = crypto::PublicKey::from_hex(text(name));
        if (!key) set_fault(fmt::format("'{}' is not a public key of 64 hexadecimal digits", name));
        return key.value_or(crypto::PublicKey{});
    }
    void set_fault(std::string_view what) {
        if (fault_.code.empty()) fault_ = bad(fmt::format("{} {}", where_, what));
    }

  private:
    const json* find(const char* name, bool required) {
        if (object_.is_object())
            if (const auto at = object_.find(name); at != object_.end()) return &*at;
        if (required) set_fault(fmt::format("has no '{}'", name));
        return nullptr;
    }
    const json& object_;
    std::string where_;
    Error& fault_;
};

ledger::OrganisationRecord organisation_from(const json& object, std::size_t index, Error& fault) {
    Members members(object, fmt::format("organisation {}", index), fault);
    members.only({"id", "name", "roles", "gln", "country", "council", "suspended", "keys"});
    ledger::OrganisationRecord made;
    made.id = members.text("id");
    made.name = members.text("name");
    made.gln = members.text("gln", false);
    made.country = members.text("country", false);
    made.council = members.flag("council");
    made.suspended = members.flag("suspended");
    for (const json& name : members.list("roles")) {
        const auto role = name.is_string() ? ledger::role_from(name.get<std::string>()) : std::nullopt;
        if (!role) {
            members.set_fault(fmt::format("has the unknown role {}", name.dump()));
            break;
        }
        made.roles = static_cast<std::uint16_t>(made.roles | (1u << static_cast<int>(*role)));
    }
    for (const json& entry : members.list("keys")) {
        Members key(entry, fmt::format("a key of organisation {}", made.id), fault);
        key.only({"key", "purpose"});
        const std::string purpose = key.text("purpose");
        if (purpose != "admin" && purpose != "operate") key.set_fault("has a purpose other than admin or operate");
        made.keys.push_back({key.key("key"),
                             purpose == "admin" ? ledger::KeyPurpose::kAdmin : ledger::KeyPurpose::kOperate, Height(0),
                             Height(0)});
    }
    return made;
}

}  // namespace

Result<ledger::Genesis> genesis_from_json(const std::string& text) {
    const json parsed = json::parse(text, nullptr, false);
    if (parsed.is_discarded()) return bad("is no JSON");
    Error fault;
    Members members(parsed, "the document", fault);
    members.only({"name", "time_ms", "parameters", "organisations", "validators"});
    ledger::Genesis made;
    made.name = members.text("name");
    made.time = WallTime{members.number("time_ms")};
    if (parsed.is_object() && parsed.contains("parameters")) {
        const json& given = parsed["parameters"];
        Members parameters(given, "parameters", fault);
        for (const ParameterName& parameter : kParameters)
            if (given.is_object() && given.contains(parameter.name))
                made.parameters.*parameter.member = parameters.number(parameter.name);
        if (given.is_object())
            for (const auto& [name, value] : given.items())
                if (std::none_of(std::begin(kParameters), std::end(kParameters),
                                 [&](const ParameterName& known) { return known.name == name; }))
                    parameters.set_fault(fmt::format("has the unknown member '{}'", name));
    }
    for (const json& entry : members.list("organisations"))
        made.organisations.push_back(organisation_from(entry, made.organisations.size() + 1, fault));
    for (const json& entry : members.list("validators")) {
        Members validator(entry, fmt::format("validator {}", made.validators.size() + 1), fault);
        validator.only({"organisation", "name", "key"});
        made.validators.push_back({validator.text("organisation"), validator.text("name"), validator.key("key")});
    }
    if (!fault.code.empty()) return fault;
    if (const Status status = made.check(); !status.ok()) return bad(status.error().message);
    return made;
}

std::string genesis_to_json(const ledger::Genesis& genesis) {
    nlohmann::ordered_json out;
    out["name"] = genesis.name;
    out["time_ms"] = genesis.time.ms;
    for (const ParameterName& parameter : kParameters)
        out["parameters"][parameter.name] = genesis.parameters.*parameter.member;
    out["organisations"] = nlohmann::ordered_json::array();
    for (const ledger::OrganisationRecord& organisation : genesis.organisations) {
        nlohmann::ordered_json entry{{"id", organisation.id}, {"name", organisation.name}};
        entry["roles"] = nlohmann::ordered_json::array();
        for (std::size_t i = 0; i < ledger::kRoleCount; ++i)
            if (organisation.has(static_cast<ledger::Role>(i)))
                entry["roles"].push_back(ledger::name_of(static_cast<ledger::Role>(i)));
        entry["gln"] = organisation.gln;
        entry["country"] = organisation.country;
        entry["council"] = organisation.council;
        entry["suspended"] = organisation.suspended;
        entry["keys"] = nlohmann::ordered_json::array();
        for (const ledger::OrganisationKey& key : organisation.keys)
            entry["keys"].push_back(
                {{"key", key.key.hex()}, {"purpose", key.purpose == ledger::KeyPurpose::kAdmin ? "admin" : "operate"}});
        out["organisations"].push_back(std::move(entry));
    }
    out["validators"] = nlohmann::ordered_json::array();
    for (const ledger::GenesisValidator& validator : genesis.validators)
        out["validators"].push_back(
            {{"organisation", validator.organisation}, {"name", validator.name}, {"key", validator.key.hex()}});
    return out.dump(2) + "\n";
}

}  // namespace touchstone::tools
