#include "tools/devnet/devnet_founding.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "node/app/genesis_json.h"
#include "node/app/logging.h"
#include "tools/client/client_options.h"

namespace touchstone::tools {
namespace {

using Json = nlohmann::ordered_json;

struct SampleOrganisation {
    const char* id;
    const char* name;
    ledger::Role role;
    const char* gln;
    const char* country;
    std::vector<std::string> prefixes;  // GS1 company prefixes, of brands
};

// Acme also has the prefixes that GS1's published examples use, so that they can be tried on a local network.
const SampleOrganisation kSamples[] = {
    {"acme",
     "Acme Cosmetics",
     ledger::Role::kBrand,
     "9506000134000",
     "IT",
     {"0614141", "4000001", "4012345", "950600", "9520001", "952001", "9521141"}},
    {"borea", "Borea Shoes", ledger::Role::kBrand, "4012345000009", "DE", {"7612345"}},
    {"atelier", "Atelier Contract Makers", ledger::Role::kManufacturer, "9506000134017", "VN", {}},
    {"swift", "Swift Logistics", ledger::Role::kLogistics, "9506000134024", "NL", {}},
    {"corner", "Corner Shop", ledger::Role::kRetailer, "9506000134031", "FR", {}},
    {"bazaar", "Bazaar Marketplace", ledger::Role::kPlatform, "9506000134048", "CN", {}},
    {"customs", "Customs Office", ledger::Role::kRegulator, "9506000134055", "FR", {}},
    {"veritas", "Veritas Audit", ledger::Role::kAuditor, "9506000134062", "CH", {}},
};

Error bad_template(const std::filesystem::path& file, const std::string& why) {
    return {"bad_template", fmt::format("{}: {}", file.string(), why)};
}

// Adds what the network makes, so that the strict reader of genesis.json judges all the rest.
Status complete(Json& json, const std::filesystem::path& file) {
    if (!json.is_object()) return bad_template(file, "is not a JSON object");
    for (const char* made : {"time", "validators"})
        if (json.contains(made)) return bad_template(file, fmt::format("leave out \"{}\": devnet makes it", made));
    json["time"] = node::format_time(node::system_time());
    json["validators"] = Json::array();
    // A local network's council need not wait for a veto, unless the file says that it does.
    if (!json.contains("parameters")) json["parameters"] = Json::object();
    if (json["parameters"].is_object() && !json["parameters"].contains("change_delay_ms"))
        json["parameters"]["change_delay_ms"] = 0;
    if (!json.contains("organisations") || !json["organisations"].is_array()) return Ok{};
    for (Json& organisation : json["organisations"]) {
        if (!organisation.is_object()) continue;
        if (organisation.contains("keys"))
            return bad_template(file, "leave out \"keys\": devnet makes one for each organisation");
        organisation["keys"] = Json::array();
    }
    return Ok{};
}

}  // namespace

Founding sample_founding() {
    Founding founding;
    founding.genesis.name = "devnet";
    founding.genesis.time = node::system_time();
    founding.genesis.parameters.change_delay_ms = 0;  // a local network's council need not wait for a veto
    for (const SampleOrganisation& sample : kSamples) {
        ledger::OrganisationRecord record;
        record.id = sample.id;
        record.name = sample.name;
        record.roles = static_cast<std::uint16_t>(1u << static_cast<int>(sample.role));
        record.gln = sample.gln;
        record.country = sample.country;
        record.prefixes = sample.prefixes;
        record.council = sample.role == ledger::Role::kBrand || sample.role == ledger::Role::kPlatform;
        founding.genesis.organisations.push_back(std::move(record));
    }
    founding.operators = {"acme", "borea", "swift", "bazaar"};
    return founding;
}

Result<Founding> founding_from(const std::filesystem::path& file) {
    TRY_ASSIGN(const std::string text, read_text_file(file.string()));
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return bad_template(file, "is not JSON");
    TRY(complete(json, file));
    Founding founding;
    TRY_ASSIGN(founding.genesis, node::genesis_from_json(json.dump(-1, ' ', false, Json::error_handler_t::replace)));
    if (founding.genesis.organisations.empty()) return bad_template(file, "names no organisation");
    for (const ledger::OrganisationRecord& record : founding.genesis.organisations)
        founding.operators.push_back(record.id);
    return founding;
}

}  // namespace touchstone::tools
