#include "ledger/schema/governance_operations.h"

#include <fmt/format.h>

#include "base/overloaded.h"
#include "ledger/records/organisation_form.h"
#include "ledger/records/parameters.h"

namespace touchstone::ledger {
namespace {

using Fault = std::optional<Rejection>;

Fault bad_change(std::optional<std::string> what) {
    if (!what) return std::nullopt;
    return Rejection{Refusal::kBadChange, *std::move(what)};
}

Fault fault_in_keys(const std::vector<OrganisationKey>& keys) {
    for (auto key = keys.begin(); key != keys.end(); ++key) {
        if (auto fault = fault_of(key->key)) return fault;
        if (key->purpose == KeyPurpose::kValidate) return bad_change("a key's purpose is neither admin nor operate");
        if (std::any_of(keys.begin(), key, [&](const auto& one) { return one.key == key->key; }))
            return bad_change("a key is listed twice");
    }
    if (std::none_of(keys.begin(), keys.end(), [](const auto& key) { return key.purpose == KeyPurpose::kAdmin; }))
        return bad_change("an organisation needs an admin key, to manage its other keys with");
    return std::nullopt;
}

Fault fault_in(const change::Admit& admit) {
    if (auto fault = fault_in_keys(admit.organisation.keys)) return fault;
    return bad_change(fault_of(admit.organisation));
}

Fault fault_in(const change::Amend& amend) {
    // What stays as it is is put in, so that one function judges all.
    OrganisationRecord form;
    form.id = amend.organisation;
    form.name = amend.name.empty() ? "unchanged" : amend.name;
    form.roles = amend.roles == 0 ? std::uint16_t{1} : amend.roles;
    form.gln = amend.gln;
    form.country = amend.country;
    if (auto fault = bad_change(fault_of(form))) return fault;
    return amend.admin_key ? fault_of(*amend.admin_key) : std::nullopt;
}

Fault fault_in(const GenesisValidator& validator) {
    if (auto fault = fault_of(validator.key)) return fault;
    return bad_change(fault_of(validator));
}

Fault fault_in(const change::SetParameters& set) {
    if (set.values.empty()) return bad_change("no parameter is named");
    const auto fields = parameter_fields();
    for (std::size_t i = 0; i < set.values.size(); ++i) {
        const std::string& name = set.values[i].name;
        if (i > 0 && name <= set.values[i - 1].name)
            return bad_change("parameters are not ascending by name, each once");
        if (std::none_of(fields.begin(), fields.end(), [&](const auto& one) { return one.name == name; }))
            return Rejection{Refusal::kBadParameter, fmt::format("there is no parameter '{}'", name)};
    }
    return std::nullopt;
}

}  // namespace

std::optional<Rejection> fault_of(const crypto::PublicKey& key) {
    if (crypto::is_valid_point(key)) return std::nullopt;
    return Rejection{Refusal::kBadKey, key.hex()};
}

Fault op::Propose::fault() const {
    return std::visit(Overloaded{
                          [](const change::Admit& one) { return fault_in(one); },
                          [](const change::Amend& one) { return fault_in(one); },
                          [](const change::SetParameters& one) { return fault_in(one); },
                          [](const change::AddValidator& one) { return fault_in(one.validator); },
                          [](const change::ReplaceValidator& one) { return fault_in(one.by); },
                          [](const change::Suspend&) { return Fault(); },
                          [](const change::Reinstate&) { return Fault(); },
                          [](const change::RemoveValidator&) { return Fault(); },
                          [](const change::ReplaceKeys& one) { return fault_in_keys(one.keys); },
                          [](const change::SetPrefixes&) { return Fault(); },
                          [](const change::ReassignProduct&) { return Fault(); },
                      },
                      change);
}

}  // namespace touchstone::ledger
