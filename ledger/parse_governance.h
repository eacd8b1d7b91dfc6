// The part of parse.cpp for the council's operations, keys and validators. Form only; pure, any thread.
#pragma once

#include "ledger/execute.h"
#include "ledger/operations.h"
#include "ledger/pb.h"

namespace touchstone::ledger {

Result<Operation, Rejection> convert(const pb::Propose& from);
Result<Operation, Rejection> convert(const pb::VoteOnProposal& from);
Result<Operation, Rejection> convert(const pb::WithdrawProposal& from);
Result<Operation, Rejection> convert(const pb::AddKey& from);
Result<Operation, Rejection> convert(const pb::RevokeKey& from);
Result<Operation, Rejection> convert(const pb::ValidatorReady& from);

}  // namespace touchstone::ledger
