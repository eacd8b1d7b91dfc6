// The part of parse.cpp for the council's operations, keys and validators. Form only; pure, any thread.
#pragma once

#include "ledger/rules/execute.h"
#include "ledger/schema/operations.h"
#include "ledger/schema/pb.h"

namespace touchstone::ledger {

Result<Operation, Rejection> convert(const pb::Propose& from);
Result<Operation, Rejection> convert(const pb::VoteOnProposal& from);
Result<Operation, Rejection> convert(const pb::WithdrawProposal& from);
Result<Operation, Rejection> convert(const pb::AddKey& from);
Result<Operation, Rejection> convert(const pb::RevokeKey& from);
Result<Operation, Rejection> convert(const pb::ValidatorReady& from);

}  // namespace touchstone::ledger
