#include "ledger/rules/names.h"

#include <fmt/format.h>

#include "ledger/identifiers/names.h"

namespace touchstone::ledger {

Verdict check_name(Run& run, const std::string& organisation, std::string_view name) {
    const OrganisationNameRecord* const taken = run.overlay.names.get(organisation_name_key(name_identity(name)));
    if (taken == nullptr || taken->organisation == organisation) return std::nullopt;
    return Rejection{Refusal::kNameTaken, fmt::format("'{}' is the name of '{}'", name, taken->organisation)};
}

void assign_name(Run& run, const std::string& organisation, std::string_view before, std::string_view name) {
    auto& names = run.overlay.names;
    if (!before.empty()) names.erase(names.slot(organisation_name_key(name_identity(before))));
    names.create(names.slot(organisation_name_key(name_identity(name))), {organisation});
}

}  // namespace touchstone::ledger
