// Operations on who takes part: the council's, an organisation's on its own keys, a validator's first word; part of
// ledger/schema/operations.h. Values only.
#pragma once

#include "ledger/records/governance_records.h"

namespace touchstone::ledger::op {

struct Propose {
    Change change;
    std::string reason;
    bool operator==(const Propose&) const = default;
};
struct VoteOnProposal {
    std::uint64_t proposal = 0;
    bool approve = false;
    std::string reason;
    bool operator==(const VoteOnProposal&) const = default;
};
struct WithdrawProposal {
    std::uint64_t proposal = 0;
    bool operator==(const WithdrawProposal&) const = default;
};
struct AddKey {
    crypto::PublicKey key;
    KeyPurpose purpose = KeyPurpose::kOperate;  // admin or operate
    crypto::Signature possession;               // by that key, over key_possession_bytes (ledger/schema/build.h)
    bool operator==(const AddKey&) const = default;
};
struct RevokeKey {
    crypto::PublicKey key;
    std::string reason;
    bool operator==(const RevokeKey&) const = default;
};
struct ValidatorReady {
    Hash256 block;
    bool operator==(const ValidatorReady&) const = default;
};

}  // namespace touchstone::ledger::op
