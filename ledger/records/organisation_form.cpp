#include "ledger/records/organisation_form.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "ledger/identifiers/gs1.h"
#include "ledger/identifiers/names.h"
#include "ledger/identifiers/text.h"

namespace touchstone::ledger {
namespace {

bool is_name(const std::string& name) {
    return !name.empty() && name.size() <= limits::kNameBytesMax && is_plain_text(name) && has_visible(name);
}

}  // namespace

std::optional<std::string> fault_of(const OrganisationRecord& organisation) {
    if (!is_slug(organisation.id))
        return fmt::format("an organisation id is 1 to {} of a-z, 0-9 and '-': '{}' is not", limits::kOrgIdBytesMax,
                           organisation.id);
    if (!is_name(organisation.name))
        return fmt::format("the name of '{}' is empty, too long, not plain text or has nothing to see", organisation.id);
    if (organisation.roles == 0 || (organisation.roles >> kRoleCount) != 0)
        return fmt::format("'{}' has no role, or one that does not exist", organisation.id);
    if (!organisation.gln.empty() && !is_gln(organisation.gln))
        return fmt::format("the GLN of '{}' is not 13 digits with a valid check digit", organisation.id);
    if (!organisation.country.empty() && !is_country(organisation.country))
        return fmt::format("the country of '{}' is no code of ISO 3166-1 alpha-2", organisation.id);
    if (organisation.keys.size() > limits::kKeysPerOrgMax)
        return fmt::format("'{}' has more than {} keys", organisation.id, limits::kKeysPerOrgMax);
    if (organisation.prefixes.size() > limits::kPrefixesPerOrgMax || !is_prefix_list(organisation.prefixes))
        return fmt::format("the GS1 company prefixes of '{}' are not 4 to 12 digits each, ascending, at most {}",
                           organisation.id, limits::kPrefixesPerOrgMax);
    return std::nullopt;
}

std::optional<std::string> fault_of(const GenesisValidator& validator) {
    if (!is_name(validator.name))
        return fmt::format("the name of a validator of '{}' is empty, too long, not plain text or has nothing to see",
                           validator.organisation);
    return std::nullopt;
}

}  // namespace touchstone::ledger
