// What every replay of the chain does in the same way, a node's own and an audit's: a header against its parent, and
// the ledger's effects as changes of the state.
//
// Pure but for the state tree that is passed in; that one's thread.
#pragma once

#include "node/epoch.h"
#include "storage/state_tree.h"

namespace touchstone::node {

// What all headers of one epoch have in common.
struct ChainFacts {
    const Hash256& chain_id;
    const EpochFacts& epoch;
};

// What a header is checked against. At height 0: the chain id, the genesis time, the log of the chain id alone.
struct ParentFacts {
    Hash256 hash;
    Height height;
    WallTime time;
    Hash256 log_root;  // over the block hashes from height 0 to this one
};

// Which field of a header is wrong: the field's name, for codes; a sentence; and both values as text.
struct HeaderFault {
    std::string field;
    std::string what;
    std::string expected;
    std::string found;
};

// Every field but the view's succession (the consensus') and what the execution gives: the state root and the hash of
// the validator set. nullopt: all hold.
std::optional<HeaderFault> check_header(const ledger::Block& block, const ChainFacts& chain, const ParentFacts& parent);

// By what a validator judges a proposal's time before it votes.
struct Clock {
    WallTime now;
    std::uint64_t ahead_ms_max;
    std::uint64_t age_ms_max;
};
// Deadlines, licences and undo windows are counted by the chain's clock. A leader may neither put it forward nor keep it
// back; and where it is ahead of ours, since another leader's clock was wrong, it stays there until ours has come.
bool is_timely(WallTime block, WallTime parent, const Clock& clock);

// The genesis' records and indexes as the first change of an empty state.
Result<storage::StateDeltaPtr> prepare_genesis(storage::StateTree& state, const ledger::Genesis& genesis);
// A block's effects as a change on top of `parent` (null: of the committed state). `read_through`: the view that the
// execution read by, or null. Takes the records and side entries out of `effects`.
Result<storage::StateDeltaPtr> prepare_effects(storage::StateTree& state, storage::StateDeltaPtr parent,
                                               ledger::BlockEffects& effects, const storage::StateView* read_through);

}  // namespace touchstone::node
