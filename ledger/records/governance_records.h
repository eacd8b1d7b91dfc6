// What the council decides, and how it stands: changes, proposals, the council itself.
//
// A change is what a proposal would do, in the ledger's own terms; it has one canonical encoding, which the proposal's
// record keeps. Values only; any thread. Layouts beside the code (governance_records.cpp).
#pragma once

#include <variant>

#include "ledger/records/records.h"
#include "ledger/records/validator_records.h"

namespace touchstone::ledger {

namespace change {

// A new organisation. Its keys are put in force by the deciding vote.
struct Admit {
    static constexpr std::string_view kName = "admit_organisation";
    OrganisationRecord organisation;
    bool operator==(const Admit&) const = default;
};
enum class Seat : std::uint8_t { kUnchanged, kGiven, kTaken };
// Empty fields, roles 0 and no key: unchanged. `admin_key`: for an organisation that lost its own.
struct Amend {
    static constexpr std::string_view kName = "amend_organisation";
    std::string organisation;
    std::string name;
    std::uint16_t roles = 0;
    std::string gln;
    std::string country;
    Seat council = Seat::kUnchanged;
    std::optional<crypto::PublicKey> admin_key;
    bool operator==(const Amend&) const = default;
};
struct Suspend {
    static constexpr std::string_view kName = "suspend_organisation";
    std::string organisation;
    bool operator==(const Suspend&) const = default;
};
struct Reinstate {
    static constexpr std::string_view kName = "reinstate_organisation";
    std::string organisation;
    bool operator==(const Reinstate&) const = default;
};
// A name of ledger/records/parameters.h.
struct ParameterValue {
    std::string name;
    std::uint64_t value = 0;
    bool operator==(const ParameterValue&) const = default;
};
// Ascending by name, each once.
struct SetParameters {
    static constexpr std::string_view kName = "set_parameters";
    std::vector<ParameterValue> values;
    bool operator==(const SetParameters&) const = default;
};
struct AddValidator {
    static constexpr std::string_view kName = "add_validator";
    GenesisValidator validator;
    bool operator==(const AddValidator&) const = default;
};
// Of one that validates, or of one that was voted in and has not come yet.
struct RemoveValidator {
    static constexpr std::string_view kName = "remove_validator";
    crypto::PublicKey key;
    bool operator==(const RemoveValidator&) const = default;
};
struct ReplaceValidator {
    static constexpr std::string_view kName = "replace_validator";
    crypto::PublicKey key;
    GenesisValidator by;
    bool operator==(const ReplaceValidator&) const = default;
};

// For an organisation whose admin key was stolen: all its keys are revoked, and these put in force.
struct ReplaceKeys {
    static constexpr std::string_view kName = "replace_keys";
    std::string organisation;
    std::vector<OrganisationKey> keys;
    bool operator==(const ReplaceKeys&) const = default;
};
struct SetPrefixes {
    static constexpr std::string_view kName = "set_prefixes";
    std::string organisation;
    std::vector<std::string> prefixes;  // GS1 company prefixes, ascending: all that it has from then on
    bool operator==(const SetPrefixes&) const = default;
};
// A dispute about a GTIN is decided: the product gets another brand.
struct ReassignProduct {
    static constexpr std::string_view kName = "reassign_product";
    std::string gtin;
    std::string to;
    bool operator==(const ReassignProduct&) const = default;
};

}  // namespace change

using Change = std::variant<change::Admit, change::Amend, change::Suspend, change::Reinstate, change::SetParameters,
                            change::AddValidator, change::RemoveValidator, change::ReplaceValidator,
                            change::ReplaceKeys, change::SetPrefixes, change::ReassignProduct>;

std::string_view name_of(const Change& change);  // "admit_organisation", …
Bytes encode_change(const Change& change);
Result<Change> decode_change(ByteView bytes);  // error: record_malformed

// Waiting: approved, and not carried out before its time (ledger/rules/governance.cpp).
enum class ProposalState : std::uint8_t { kOpen = 1, kPassed, kRejected, kWithdrawn, kExpired, kWaiting, kVetoed };
std::string_view name_of(ProposalState state);
std::optional<ProposalState> proposal_state_from(std::string_view name);

struct ProposalVote {
    std::string organisation;
    bool approve = false;
    std::string reason;
    Height height;
    bool operator==(const ProposalVote&) const = default;
};

struct ProposalRecord {
    std::uint64_t number = 0;  // 1, 2, …
    std::string proposer;
    Bytes change;  // encode_change
    std::string reason;
    WallTime opened_at;
    WallTime deadline;  // by the chain's clock; once it waits, the last moment to carry it out
    ProposalState state = ProposalState::kOpen;
    Height decided;  // 0: open or waiting
    std::vector<ProposalVote> votes;
    WallTime due{};             // from when on an approved change may be carried out; 0: it did not have to wait
    std::string veto_reason{};  // while vetoed
    bool operator==(const ProposalRecord&) const = default;

    Bytes encode() const;
    static Result<ProposalRecord> decode(ByteView bytes);  // error: record_malformed
};

// The record under council_key(): who votes, and what is open.
struct CouncilRecord {
    std::vector<std::string> members;  // ascending; suspended ones are listed and do not count
    std::uint64_t proposals = 0;       // made so far
    std::vector<std::uint64_t> open;   // and those that wait
    bool operator==(const CouncilRecord&) const = default;

    Bytes encode() const;
    static Result<CouncilRecord> decode(ByteView bytes);  // error: record_malformed
};


// Index entries (ledger/records/index.h): 'i' 'g' u8 state ‖ u64 number.
Bytes proposal_index_prefix(std::optional<ProposalState> state);
Bytes proposal_index_key(ProposalState state, std::uint64_t number);
std::optional<std::uint64_t> parse_proposal_index(ByteView key);

}  // namespace touchstone::ledger

template <>
inline constexpr auto touchstone::kEnumNames<touchstone::ledger::change::Seat> =
    touchstone::enum_names<touchstone::ledger::change::Seat>({{touchstone::ledger::change::Seat::kUnchanged, "unchanged"},
                                                              {touchstone::ledger::change::Seat::kGiven, "given"},
                                                              {touchstone::ledger::change::Seat::kTaken, "taken"}});
