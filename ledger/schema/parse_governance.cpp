#include "ledger/schema/parse_governance.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/identifiers/gs1.h"
#include "ledger/records/organisation_form.h"
#include "ledger/identifiers/text.h"

namespace touchstone::ledger {
namespace {

Rejection malformed(std::string detail) { return {Refusal::kMalformed, std::move(detail)}; }
Rejection bad_change(std::string detail) { return {Refusal::kBadChange, std::move(detail)}; }

Result<Ok, Rejection> known_only(const google::protobuf::Message& message) {
    if (has_unknown_fields(message)) return malformed("an operation has a field that this version does not know");
    return Ok{};
}

Result<std::string, Rejection> reason_of(const std::string& text) {
    if (text.size() > limits::kReasonBytesMax || !is_plain_text(text))
        return Rejection{Refusal::kBadText,
                         fmt::format("reason has more than {} bytes or is not plain text", limits::kReasonBytesMax)};
    return text;
}

Result<crypto::PublicKey, Rejection> key_of(const std::string& bytes, std::string_view field) {
    const auto key = crypto::PublicKey::from_view(as_bytes(bytes));
    if (!key) return malformed(fmt::format("{} is not a key of 32 bytes", field));
    return *key;
}

Result<OrganisationKey, Rejection> organisation_key_of(const pb::OrganisationKey& from) {
    TRY(known_only(from));
    TRY_ASSIGN(const crypto::PublicKey key, key_of(from.key(), "key"));
    if (from.purpose() != pb::KEY_ADMIN && from.purpose() != pb::KEY_OPERATE)
        return malformed("purpose is neither admin nor operate");
    const KeyPurpose purpose = from.purpose() == pb::KEY_ADMIN ? KeyPurpose::kAdmin : KeyPurpose::kOperate;
    return OrganisationKey{key, purpose, Height(0), Height(0)};
}

Result<GenesisValidator, Rejection> validator_of(const pb::Validator& from) {
    TRY(known_only(from));
    TRY_ASSIGN(const crypto::PublicKey key, key_of(from.key(), "the validator's key"));
    GenesisValidator validator{from.organisation(), from.name(), key};
    if (!is_slug(validator.organisation)) return bad_change("the validator's organisation is no organisation id");
    if (auto fault = fault_of(validator)) return bad_change(*std::move(fault));
    return validator;
}

Result<Change, Rejection> change_of(const pb::AdmitOrganisation& from) {
    TRY(known_only(from));
    if (from.roles() > UINT16_MAX) return bad_change("roles has bits of no role");
    change::Admit admit;
    admit.organisation.id = from.id();
    admit.organisation.name = from.name();
    admit.organisation.roles = static_cast<std::uint16_t>(from.roles());
    admit.organisation.gln = from.gln();
    admit.organisation.country = from.country();
    admit.organisation.council = from.council();
    bool admin = false;
    for (const pb::OrganisationKey& one : from.keys()) {
        TRY_ASSIGN(const OrganisationKey key, organisation_key_of(one));
        if (admit.organisation.find_key(key.key) != nullptr) return bad_change("a key stands twice");
        admin |= key.purpose == KeyPurpose::kAdmin;
        admit.organisation.keys.push_back(key);
    }
    if (!admin) return bad_change("an organisation needs an admin key, to manage its other keys with");
    if (auto fault = fault_of(admit.organisation)) return bad_change(*std::move(fault));
    return Change(std::move(admit));
}

Result<Change, Rejection> change_of(const pb::AmendOrganisation& from) {
    TRY(known_only(from));
    change::Amend amend{from.id(), from.name(), 0, from.gln(), from.country(), change::Seat::kUnchanged, {}};
    if (from.roles() > UINT16_MAX) return bad_change("roles has bits of no role");
    amend.roles = static_cast<std::uint16_t>(from.roles());
    if (from.council() < 0 || from.council() > pb::SEAT_TAKEN) return bad_change("council is not known");
    amend.council = static_cast<change::Seat>(from.council());
    if (!from.admin_key().empty()) {
        TRY_ASSIGN(amend.admin_key, key_of(from.admin_key(), "admin_key"));
    }
    // What stays as it is is put in, so that one function judges all.
    OrganisationRecord form;
    form.id = amend.organisation;
    form.name = amend.name.empty() ? "unchanged" : amend.name;
    form.roles = amend.roles == 0 ? std::uint16_t{1} : amend.roles;
    form.gln = amend.gln;
    form.country = amend.country;
    if (auto fault = fault_of(form)) return bad_change(*std::move(fault));
    return Change(std::move(amend));
}

Result<Change, Rejection> change_of(const pb::SetParameters& from) {
    TRY(known_only(from));
    change::SetParameters set;
    for (const pb::ParameterValue& one : from.values()) {
        TRY(known_only(one));
        if (!set.values.empty() && one.name() <= set.values.back().first)
            return bad_change("parameters are not ascending by name, each once");
        const auto fields = parameter_fields();
        const bool known =
            std::any_of(fields.begin(), fields.end(), [&](const auto& field) { return field.name == one.name(); });
        if (!known) return Rejection{Refusal::kBadParameter, "there is no such parameter"};
        set.values.emplace_back(one.name(), one.value());
    }
    if (set.values.empty()) return bad_change("no parameter is named");
    return Change(std::move(set));
}

Result<Change, Rejection> change_of(const pb::Propose& from) {
    switch (from.change_case()) {
        case pb::Propose::kAdmitOrganisation:
            return change_of(from.admit_organisation());
        case pb::Propose::kAmendOrganisation:
            return change_of(from.amend_organisation());
        case pb::Propose::kSuspendOrganisation:
            TRY(known_only(from.suspend_organisation()));
            return Change(change::Suspend{from.suspend_organisation().id()});
        case pb::Propose::kReinstateOrganisation:
            TRY(known_only(from.reinstate_organisation()));
            return Change(change::Reinstate{from.reinstate_organisation().id()});
        case pb::Propose::kSetParameters:
            return change_of(from.set_parameters());
        case pb::Propose::kAddValidator: {
            TRY_ASSIGN(GenesisValidator validator, validator_of(from.add_validator()));
            return Change(change::AddValidator{std::move(validator)});
        }
        case pb::Propose::kRemoveValidator: {
            TRY(known_only(from.remove_validator()));
            TRY_ASSIGN(const crypto::PublicKey key, key_of(from.remove_validator().key(), "key"));
            return Change(change::RemoveValidator{key});
        }
        case pb::Propose::kReplaceValidator: {
            TRY(known_only(from.replace_validator()));
            TRY_ASSIGN(const crypto::PublicKey key, key_of(from.replace_validator().key(), "key"));
            TRY_ASSIGN(GenesisValidator by, validator_of(from.replace_validator().by()));
            return Change(change::ReplaceValidator{key, std::move(by)});
        }
        case pb::Propose::CHANGE_NOT_SET:
            break;
    }
    return bad_change("no change is named, or one that this version does not know");
}

}  // namespace

Result<Operation, Rejection> convert(const pb::Propose& from) {
    TRY(known_only(from));
    TRY_ASSIGN(Change change, change_of(from));
    TRY_ASSIGN(std::string reason, reason_of(from.reason()));
    return Operation(op::Propose{std::move(change), std::move(reason)});
}

Result<Operation, Rejection> convert(const pb::VoteOnProposal& from) {
    TRY(known_only(from));
    TRY_ASSIGN(std::string reason, reason_of(from.reason()));
    return Operation(op::VoteOnProposal{from.proposal(), from.approve(), std::move(reason)});
}

Result<Operation, Rejection> convert(const pb::WithdrawProposal& from) {
    TRY(known_only(from));
    return Operation(op::WithdrawProposal{from.proposal()});
}

Result<Operation, Rejection> convert(const pb::AddKey& from) {
    TRY(known_only(from));
    TRY_ASSIGN(const OrganisationKey key, organisation_key_of(from.key()));
    const auto possession = crypto::Signature::from_view(as_bytes(from.possession()));
    if (!possession) return malformed("possession is not a signature of 64 bytes");
    return Operation(op::AddKey{key.key, key.purpose, *possession});
}

Result<Operation, Rejection> convert(const pb::RevokeKey& from) {
    TRY(known_only(from));
    TRY_ASSIGN(const crypto::PublicKey key, key_of(from.key(), "key"));
    TRY_ASSIGN(std::string reason, reason_of(from.reason()));
    return Operation(op::RevokeKey{key, std::move(reason)});
}

Result<Operation, Rejection> convert(const pb::ValidatorReady& from) {
    TRY(known_only(from));
    const auto block = Hash256::from_view(as_bytes(from.block()));
    if (!block) return malformed("block is not a digest of 32 bytes");
    return Operation(op::ValidatorReady{*block});
}

}  // namespace touchstone::ledger
