#include "rpc/governance_json.h"

#include "base/overloaded.h"
#include "rpc/operation_json.h"
#include "rpc/record_json.h"

namespace touchstone::rpc {
namespace {

void write_roles(JsonWriter& out, std::uint16_t roles) {
    out.key("roles");
    if (roles == 0) return void(out.null());
    out.begin_array();
    for (std::size_t i = 0; i < ledger::kRoleCount; ++i)
        if (((roles >> i) & 1) != 0) out.string(ledger::name_of(static_cast<ledger::Role>(i)));
    out.end_array();
}

void write_admitted(JsonWriter& out, const ledger::OrganisationRecord& organisation) {
    out.field("organisation", organisation.id).field("name", organisation.name);
    write_roles(out, organisation.roles);
    write_text_or_null(out, "gln", organisation.gln);
    write_text_or_null(out, "country", organisation.country);
    write_countries(out, "prefixes", organisation.prefixes);
    out.field("council", organisation.council).key("keys").begin_array();
    for (const ledger::OrganisationKey& key : organisation.keys) {
        out.begin_object().field_hex("key", key.key.view());
        out.field("purpose", ledger::name_of(key.purpose)).end_object();
    }
    out.end_array();
}

void write_amended(JsonWriter& out, const ledger::change::Amend& amend) {
    out.field("organisation", amend.organisation);
    write_text_or_null(out, "name", amend.name);
    write_roles(out, amend.roles);
    write_text_or_null(out, "gln", amend.gln);
    write_text_or_null(out, "country", amend.country);
    out.key("council");
    amend.council == ledger::change::Seat::kUnchanged ? out.null()
                                                      : out.boolean(amend.council == ledger::change::Seat::kGiven);
    out.key("admin_key");
    amend.admin_key ? out.hex(amend.admin_key->view()) : out.null();
}

}  // namespace

void write_validator_fields(JsonWriter& out, const ledger::GenesisValidator& validator) {
    out.field("organisation", validator.organisation).field("name", validator.name);
    out.field_hex("key", validator.key.view());
}

void write_change(JsonWriter& out, const ledger::Change& change) {
    out.begin_object().field("kind", ledger::name_of(change));
    std::visit(Overloaded{
                   [&](const ledger::change::Admit& one) { write_admitted(out, one.organisation); },
                   [&](const ledger::change::Amend& one) { write_amended(out, one); },
                   [&](const ledger::change::Suspend& one) { out.field("organisation", one.organisation); },
                   [&](const ledger::change::Reinstate& one) { out.field("organisation", one.organisation); },
                   [&](const ledger::change::SetParameters& one) {
                       out.key("parameters").begin_object();
                       for (const auto& [name, value] : one.values) out.field(name, value);
                       out.end_object();
                   },
                   [&](const ledger::change::AddValidator& one) { write_validator_fields(out, one.validator); },
                   [&](const ledger::change::RemoveValidator& one) { out.field_hex("key", one.key.view()); },
                   [&](const ledger::change::ReplaceValidator& one) {
                       write_validator_fields(out, one.by);
                       out.field_hex("replaces", one.key.view());
                   },
                   [&](const auto&) { write_change_fields(out, change); },
               },
               change);
    out.end_object();
}

void write_proposal(JsonWriter& out, const ledger::ProposalRecord& proposal, WallTime now) {
    const bool undecided =
        proposal.state == ledger::ProposalState::kOpen || proposal.state == ledger::ProposalState::kWaiting;
    const bool late = undecided && now.ms > proposal.deadline.ms;
    out.begin_object().field("number", proposal.number).field("proposer", proposal.proposer).key("change");
    const auto change = ledger::decode_change(proposal.change);
    change.ok() ? write_change(out, *change) : void(out.null());
    out.field("reason", proposal.reason).field("opened_at_ms", proposal.opened_at.ms);
    out.field("deadline_ms", proposal.deadline.ms);
    out.field("state", ledger::name_of(late ? ledger::ProposalState::kExpired : proposal.state));
    out.key("decided_at");
    proposal.decided.value == 0 ? out.null() : out.number(proposal.decided.value);
    out.key("due_ms");
    proposal.due.ms == 0 ? out.null() : out.number(proposal.due.ms);
    write_text_or_null(out, "veto_reason", proposal.veto_reason);
    out.key("votes").begin_array();
    for (const ledger::ProposalVote& vote : proposal.votes) {
        out.begin_object().field("organisation", vote.organisation).field("approve", vote.approve);
        out.field("reason", vote.reason).field("height", vote.height.value).end_object();
    }
    out.end_array().end_object();
}

void write_parameters(JsonWriter& out, const ledger::Parameters& parameters) {
    out.begin_object();
    for (const ledger::ParameterField& one : ledger::parameter_fields()) out.field(one.name, parameters.*one.field);
    out.end_object();
}

}  // namespace touchstone::rpc
