// Consensus parameters: on chain, set by genesis, equal for all validators and compared at the handshake.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"

namespace touchstone::ledger {

struct Parameters {
    std::uint64_t transaction_bytes_max = limits::kTransactionBytesMax;
    std::uint64_t operations_max = limits::kOperationsPerTransactionMax;
    std::uint64_t items_per_register_max = limits::kItemsPerRegisterMax;
    std::uint64_t block_bytes_max = limits::kBlockBytesMax;
    std::uint64_t block_transactions_max = limits::kBlockTransactionsMax;
    std::uint64_t block_items_max = limits::kBlockItemsMax;
    std::uint64_t validity_heights_max = limits::kValidityHeightsMax;
    std::uint64_t leader_timeout_ms = 1000;   // 2Δ of Simplex
    std::uint64_t advance_timeout_ms = 1500;  // 3Δ
    std::uint64_t retry_ms = 500;
    std::uint64_t clock_ahead_ms = 5000;                           // a proposal further ahead of our clock gets no vote
    std::uint64_t report_deadline_ms = 24 * 60 * 60 * 1000;        // by when an answer to a report is in time
    std::uint64_t proposal_deadline_ms = 7 * 24 * 60 * 60 * 1000;  // by when the council decides on a proposal
    // How long what the council does to another organisation's keys, roles or products waits for its veto; 0: not.
    std::uint64_t change_delay_ms = 2 * 24 * 60 * 60 * 1000;
    // A chain on which nothing happens makes an empty block after this long, so that the age of an answer tells an idle
    // chain from a node that is cut off; 0: it does not.
    std::uint64_t heartbeat_ms = 5 * 60 * 1000;
    bool operator==(const Parameters&) const = default;

    Bytes encode() const;
    static Result<Parameters> decode(ByteView bytes);
};

struct ParameterField {
    std::string_view name;
    std::uint64_t Parameters::*field;
};
// All of them, in the order of their encoding.
std::span<const ParameterField> parameter_fields();
// What makes these parameters unfit for a chain; nullopt: nothing does.
std::optional<std::string> fault_of(const Parameters& parameters);

}  // namespace touchstone::ledger
