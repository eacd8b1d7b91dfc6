// Operations on who takes part: the council's, an organisation's on its own keys, a validator's first word; part of
// ledger/schema/operations.h. Values only.
#pragma once

#include "ledger/records/governance_records.h"
#include "ledger/schema/fields.h"

namespace touchstone::ledger {

// Of a public key that is to be written down: bad_key.
std::optional<Rejection> fault_of(const crypto::PublicKey& key);

template <>
struct FieldsOf<OrganisationKey> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Key{{"key", "Ed25519 public key"}}, self.key);
        visit(field::Choice{{"purpose", "admin or operate"}}, self.purpose);
    }
};
template <>
struct FieldsOf<GenesisValidator> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Organisation{{"organisation", "Whose node it is"}, field::Party::kNamed}, self.organisation);
        visit(field::Text{{"name", "Its name"}, limits::kNameBytesMax, field::Need::kRequired}, self.name);
        visit(field::Key{{"key", "The node's key"}}, self.key);
    }
};
template <>
struct FieldsOf<change::ParameterValue> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Text{{"name", "The parameter"}, limits::kNameBytesMax, field::Need::kRequired}, self.name);
        visit(field::Number{{"value", "Its value"}}, self.value);
    }
};

template <>
struct FieldsOf<change::Admit> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        auto& admitted = self.organisation;
        visit(field::Organisation{{"id", "Its id"}}, admitted.id);
        visit(field::Text{{"name", "Its name"}, limits::kNameBytesMax, field::Need::kRequired}, admitted.name);
        visit(field::Number{{"roles", "A bit for each role"}}, admitted.roles);
        visit(field::Gln{{"gln", "Its GLN"}}, admitted.gln);
        visit(field::Country{{"country", "Its country"}}, admitted.country);
        visit(field::Yes{{"council", "With a seat in the council"}}, admitted.council);
        visit(field::Parts{{"keys", "Its keys"}, limits::kKeysPerOrgMax}, admitted.keys);
        visit(field::Prefixes{{"prefixes", "Its GS1 company prefixes"}}, admitted.prefixes);
    }
};
template <>
struct FieldsOf<change::Amend> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Organisation{{"id", "Its id"}}, self.organisation);
        visit(field::Text{{"name", "Its new name"}, limits::kNameBytesMax}, self.name);
        visit(field::Number{{"roles", "Its new roles, a bit for each"}}, self.roles);
        visit(field::Gln{{"gln", "Its new GLN"}}, self.gln);
        visit(field::Country{{"country", "Its new country"}}, self.country);
        visit(field::Choice{{"council", "A seat in the council: unchanged, given or taken"}}, self.council);
        visit(field::Key{{"admin_key", "An admin key more"}}, self.admin_key);
    }
};
template <>
struct FieldsOf<change::Suspend> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Organisation{{"id", "Its id"}}, self.organisation);
    }
};
template <>
struct FieldsOf<change::Reinstate> : FieldsOf<change::Suspend> {};
template <>
struct FieldsOf<change::SetParameters> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Parts{{"values", "Ascending by name, each once"}, 64}, self.values);
    }
};
template <>
struct FieldsOf<change::AddValidator> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Part{{"validator", "The new validator"}}, self.validator);
    }
};
template <>
struct FieldsOf<change::RemoveValidator> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Key{{"key", "The validator's"}}, self.key);
    }
};
template <>
struct FieldsOf<change::ReplaceValidator> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Key{{"key", "The validator's"}}, self.key);
        visit(field::Part{{"by", "Who takes its place"}}, self.by);
    }
};

template <>
struct FieldsOf<change::ReplaceKeys> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Organisation{{"id", "Its id"}}, self.organisation);
        visit(field::Parts{{"keys", "Its keys from then on, one of them for admin"}, limits::kKeysReplacedMax},
              self.keys);
    }
};
template <>
struct FieldsOf<change::SetPrefixes> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Organisation{{"id", "Its id"}}, self.organisation);
        visit(field::Prefixes{{"prefixes", "All its GS1 company prefixes, ascending"}}, self.prefixes);
    }
};
template <>
struct FieldsOf<change::ReassignProduct> {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        visit(field::Gtin{{"gtin", "The product"}}, self.gtin);
        visit(field::Organisation{{"to", "The brand that gets it"}}, self.to);
    }
};

namespace op {

struct Propose {
    static constexpr OperationInfo kInfo{.name = "propose",
                                         .command = "propose",
                                         .event = std::nullopt,
                                         .naming = Naming::kNothing,
                                         .done = "proposed",
                                         .summary = "Propose a change to the council",
                                         .who = "a council member, with an admin key",
                                         .example = "suspend borea --reason 'court order'",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    Change change;
    std::string reason;
    bool operator==(const Propose&) const = default;

    std::optional<Rejection> fault() const;  // what the change must be in form
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::OneOf{{"change", "What would change"}}, self.change);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct VoteOnProposal {
    static constexpr OperationInfo kInfo{.name = "vote_on_proposal",
                                         .command = "vote",
                                         .event = std::nullopt,
                                         .naming = Naming::kNothing,
                                         .done = "voted",
                                         .summary = "Vote on a proposal; more than two thirds approve it, and it is carried out or waits",
                                         .who = "a council member, with an admin key",
                                         .example = "3 --reason 'we know them'",
                                         .repeat = Repeat::kRefusal,
                                         .done_refusals = {Refusal::kVotedAlready}};
    std::uint64_t proposal = 0;
    bool approve = false;
    std::string reason;
    bool operator==(const VoteOnProposal&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Number{{"proposal", "Its number", "proposal,--proposal"}}, self.proposal);
        visit(field::Yes{{"approve", "For it; else against"}}, self.approve);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct WithdrawProposal {
    static constexpr OperationInfo kInfo{.name = "withdraw_proposal",
                                         .command = "withdraw",
                                         .event = std::nullopt,
                                         .naming = Naming::kNothing,
                                         .done = "withdrawn",
                                         .summary = "Withdraw a proposal of your own",
                                         .who = "who made it",
                                         .example = "3",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    std::uint64_t proposal = 0;
    bool operator==(const WithdrawProposal&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Number{{"proposal", "Its number", "proposal,--proposal"}}, self.proposal);
    }
};

struct CarryOut {
    static constexpr OperationInfo kInfo{.name = "carry_out",
                                         .command = "carry-out",
                                         .event = std::nullopt,
                                         .naming = Naming::kNothing,
                                         .done = "carried out",
                                         .summary = "Carry out a proposal that was approved and has waited long enough",
                                         .who = "a council member, with an admin key",
                                         .example = "3",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    std::uint64_t proposal = 0;
    bool operator==(const CarryOut&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Number{{"proposal", "Its number", "proposal,--proposal"}}, self.proposal);
    }
};

struct VetoProposal {
    static constexpr OperationInfo kInfo{.name = "veto_proposal",
                                         .command = "veto",
                                         .event = std::nullopt,
                                         .naming = Naming::kNothing,
                                         .done = "vetoed",
                                         .summary = "Stop an approved change of your organisation's name, keys, roles or products while it waits",
                                         .who = "the organisation that the change is about, with an admin key",
                                         .example = "3 --reason 'we did not ask for it'",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    std::uint64_t proposal = 0;
    std::string reason;
    bool operator==(const VetoProposal&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Number{{"proposal", "Its number", "proposal,--proposal"}}, self.proposal);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct AddKey {
    static constexpr OperationInfo kInfo{.name = "add_key",
                                         .command = "keys add",
                                         .event = std::nullopt,
                                         .naming = Naming::kNothing,
                                         .done = "added",
                                         .summary = "Add a key to your organisation",
                                         .who = "the organisation, with an admin key",
                                         .example = "new.key",
                                         .repeat = Repeat::kRefusal,
                                         .done_refusals = {Refusal::kKeyExists}};
    crypto::PublicKey key;
    KeyPurpose purpose = KeyPurpose::kOperate;
    crypto::Signature possession;
    bool operator==(const AddKey&) const = default;

    std::optional<Rejection> fault() const {
        if (purpose == KeyPurpose::kValidate)
            return Rejection{Refusal::kMalformed, "purpose is not admin or operate"};
        return fault_of(key);
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Key{{"key", "The new key"}}, self.key);
        visit(field::Choice{{"purpose", "admin or operate"}}, self.purpose);
        visit(field::Signature{{"possession", "By that key, over key_possession_bytes (ledger/schema/build.h)"}}, self.possession);
    }
};

struct RevokeKey {
    static constexpr OperationInfo kInfo{.name = "revoke_key",
                                         .command = "keys revoke",
                                         .event = std::nullopt,
                                         .naming = Naming::kNothing,
                                         .done = "revoked",
                                         .summary = "Revoke a key of your organisation",
                                         .who = "the organisation, with an admin key; an operate key itself",
                                         .example = "line-7.key --reason 'laptop lost'",
                                         .repeat = Repeat::kRefusal,
                                         .done_refusals = {Refusal::kRevokedKey}};
    crypto::PublicKey key;
    std::string reason;
    bool operator==(const RevokeKey&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Key{{"key", "The key"}}, self.key);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct ValidatorReady {
    static constexpr OperationInfo kInfo{.name = "validator_ready",
                                         .command = "",
                                         .event = std::nullopt,
                                         .naming = Naming::kNothing,
                                         .done = "ready",
                                         .summary = "A validator that was voted in holds the chain up to that vote",
                                         .who = "the key of that validator",
                                         .example = "",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    Hash256 block;
    bool operator==(const ValidatorReady&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Digest{{"block", "Hash of the block with the deciding vote"}}, self.block);
    }
};

}  // namespace op
}  // namespace touchstone::ledger
