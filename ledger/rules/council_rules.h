// How the council's decisions are judged and carried out: what governance.cpp asks of organisations, parameters
// and validators. One block's thread.
#pragma once

#include "ledger/rules/rules.h"

namespace touchstone::ledger {

// Judges a change against the state as it is, and carries it out. Like apply() it may leave changes behind when it
// refuses. judge_change() changes nothing.
Verdict judge_change(Run& run, const Change& change);
Verdict carry_out(Run& run, const Change& change);

// Whether an approved change must wait before it is carried out: of another organisation than the proposer's. As the
// state is now, and may be asked again later.
bool must_wait(Run& run, const Change& change, const std::string& proposer);
// The organisation that may veto the change while it waits; nullopt: nobody may.
std::optional<std::string> may_veto(Run& run, const Change& change);

// validators.cpp
Verdict judge(Run& run, const change::AddValidator& change);
Verdict judge(Run& run, const change::RemoveValidator& change);
Verdict judge(Run& run, const change::ReplaceValidator& change);
void carry_out(Run& run, const change::AddValidator& change);
void carry_out(Run& run, const change::RemoveValidator& change);
void carry_out(Run& run, const change::ReplaceValidator& change);
// Taken for a change by which the epoch ends with this block.
ValidatorsRecord& end_epoch(Run& run);
// At the beginning of a block: who led it, and which block voted somebody in.
void note_block(Overlay& overlay, const BlockContext& context);

// Members that count: listed, and not suspended.
std::size_t council_size(Run& run, const CouncilRecord& council);

}  // namespace touchstone::ledger
