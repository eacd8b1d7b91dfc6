// Sends planned chunks, several in flight, and tells for every line what became of it.
//
// Idempotent: what the ledger says was done already, and is as the operation would leave it, is "already there" and no
// fault. In partial mode the items that the ledger refuses are named and the others go through without them.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "tools/client/client_options.h"
#include "tools/client/ledger_gate.h"
#include "tools/client/plan.h"

namespace touchstone::tools {

enum class LineState { kAccepted, kAlreadyThere, kRefused, kMalformed, kPending, kUnsent };
std::string_view name_of(LineState state);  // "accepted", "already_there", …

struct LineResult {
    std::size_t line = 0;
    std::string text;
    LineState state = LineState::kUnsent;
    std::string code;  // of a refusal or a fault
    std::string message;
};

struct SubmitReport {
    std::vector<LineResult> lines;             // in the order of the file
    std::vector<std::string> transaction_ids;  // hex
    std::uint64_t height = 0;                  // the highest block that holds a part
    std::optional<Error> error;                // the node was lost: lines without an answer are kUnsent or kPending
    std::size_t count(LineState state) const;
};

enum class Mode { kPartial, kAtomic };

struct SubmitPlan {
    ledger::Operation pattern = ledger::op::Register{};
    Mode mode = Mode::kPartial;
    Wait wait = Wait::kUntilFinal;
    std::size_t items_max = kItemsPerTransaction;
    std::size_t in_flight = 4;
};

// Each thread gets a gate of its own. `progress` is told how many lines have their answer, from any of the threads but
// one at a time.
using GateFactory = std::function<Result<std::unique_ptr<LedgerGate>>(std::size_t thread)>;

SubmitReport submit_items(const ItemFile& file, const SubmitPlan& plan, const Signer& signer, const GateFactory& gates,
                          const std::function<void(std::size_t)>& progress);

// Operations that are sent by themselves. `already` is true when what is refused, of a single one, was done before.
struct SingleReport {
    TransactionAnswer answer;
    bool already = false;
};
Result<SingleReport> submit_operation(const ledger::Operation& operation, const Signer& signer, LedgerGate& gate, Wait wait);
// Several in one transaction: all of them, or none. Precondition: not empty.
Result<SingleReport> submit_together(std::span<const ledger::Operation> operations, const Signer& signer, LedgerGate& gate,
                                     Wait wait);

// How long a transaction stays valid, in blocks.
inline constexpr std::uint64_t kValidHeights = 20'000;

nlohmann::json to_json(const SubmitReport& report);
std::string to_text(const SubmitReport& report, std::string_view done);
int exit_status_of(const SubmitReport& report);

}  // namespace touchstone::tools
