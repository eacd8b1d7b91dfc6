// Who validates: the set in force, who was voted in and has not come yet, and who was seen at work.
//
// An epoch is the time for which one set of validators and one set of parameters hold. The block that changes either is
// the last of its epoch (the closing block); the new ones hold from the next block on.
// Layouts beside the code (validator_records.cpp). Values only; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/hash256.h"
#include "base/result.h"
#include "base/strong.h"
#include "crypto/ed25519.h"

namespace touchstone::ledger {

// The epoch of the first validator set.
inline constexpr Epoch kGenesisEpoch{0};

struct GenesisValidator {
    std::string organisation;
    std::string name;
    crypto::PublicKey key;
    bool operator==(const GenesisValidator&) const = default;
};

// Voted in; becomes a validator when its node shows that it holds the chain (op::ValidatorReady).
struct PendingValidator {
    GenesisValidator validator;
    std::optional<crypto::PublicKey> replaces{};  // the validator whose place it takes
    Height voted_in;                              // the block of the deciding vote
    Hash256 block;                                // that block's hash; zero until the next block knows it
    bool operator==(const PendingValidator&) const = default;
};

// The record under validators_key(): who validates, in the order of their indexes.
struct ValidatorsRecord {
    Epoch epoch;
    std::vector<GenesisValidator> validators;
    Height since{};  // the closing block of the epoch before; 0 in the first
    std::vector<PendingValidator> pending{};
    bool operator==(const ValidatorsRecord&) const = default;

    const GenesisValidator* find(const crypto::PublicKey& key) const;
    const PendingValidator* find_pending(const crypto::PublicKey& key) const;

    Bytes encode() const;
    static Result<ValidatorsRecord> decode(ByteView bytes);  // error: record_malformed
};

// The record under activity_key(): when each validator last led a block that became part of the chain. Kept to within
// kActivityEvery heights, so that most blocks do not write it.
struct ActivityRecord {
    struct Entry {
        crypto::PublicKey key;
        Height proposed;
        bool operator==(const Entry&) const = default;
    };
    static constexpr std::uint64_t kActivityEvery = 8;

    std::vector<Entry> entries;
    bool operator==(const ActivityRecord&) const = default;

    // nullopt: never seen.
    std::optional<Height> of(const crypto::PublicKey& key) const;
    void set(const crypto::PublicKey& key, Height height);

    Bytes encode() const;
    static Result<ActivityRecord> decode(ByteView bytes);  // error: record_malformed
};


}  // namespace touchstone::ledger
