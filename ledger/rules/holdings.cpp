#include "ledger/rules/holdings.h"

namespace touchstone::ledger {
namespace {

bool is_in_country(Run& run, const std::string& id) {
    const OrganisationRecord* const organisation = id.empty() ? nullptr : run.overlay.organisation(id);
    return organisation != nullptr && (organisation->country.empty() || organisation->country == run.actor.country);
}

}  // namespace

bool reaches(Run& run, const Holding& holding) {
    return run.actor.country.empty() || is_in_country(run, holding.custodian) || is_in_country(run, holding.receiver);
}

}  // namespace touchstone::ledger
