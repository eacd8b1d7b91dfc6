// The ledger as the commands see it: its chain, its answer to a transaction, the state of one item or container.
//
// The interface exists so that everything above it runs in tests without a network; RpcGate is the real one.
// Thread safety: one thread per object.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/hash256.h"
#include "base/result.h"
#include "tools/client/operations.h"
#include "tools/client/rpc_client.h"

namespace touchstone::tools {

struct ChainFacts {
    Hash256 chain_id;
    std::uint64_t height = 0;
};

struct RefusedItem {
    std::size_t index = 0;  // among the operation's items, then its containers
    std::string code;
    std::string message;  // meaning and remedy
};

struct OperationAnswer {
    std::uint64_t accepted = 0;
    std::vector<RefusedItem> refused;
};

struct TransactionAnswer {
    Hash256 id;
    bool final = false;         // else taken by a node and pending
    std::uint64_t height = 0;   // of the block, when final
    std::string refusal;        // code; empty: applied
    std::string message;        // of the refusal: meaning, detail and remedy
    std::size_t operation = 0;  // which one was refused
    std::vector<OperationAnswer> operations;
    bool refused() const { return !refusal.empty(); }
};

enum class Wait { kUntilFinal, kUntilTaken };

class LedgerGate {
  public:
    virtual ~LedgerGate() = default;
    virtual Result<ChainFacts> facts() = 0;
    // Sends these bytes, and again the very same bytes after a lost connection, until the answer is definite.
    // A refusal is an answer, not an error. Errors: unreachable, timed_out, overloaded.
    virtual Result<TransactionAnswer> submit(const Envelope& envelope, Wait wait) = 0;
    // nullopt: there is none.
    virtual Result<std::optional<ledger::UnitFacts>> item(const ledger::ItemName& name) = 0;
    virtual Result<std::optional<ledger::UnitFacts>> container(const ledger::ContainerName& name) = 0;
};

class RpcGate : public LedgerGate {
  public:
    RpcGate(RpcClient client, Duration patience) : client_(std::move(client)), patience_(patience) {}
    Result<ChainFacts> facts() override;
    Result<TransactionAnswer> submit(const Envelope& envelope, Wait wait) override;
    Result<std::optional<ledger::UnitFacts>> item(const ledger::ItemName& name) override;
    Result<std::optional<ledger::UnitFacts>> container(const ledger::ContainerName& name) override;
    RpcClient& client() { return client_; }

  private:
    RpcClient client_;
    Duration patience_;  // how long submit() goes on trying
};

// How look-ups name an item and a container.
nlohmann::json params_of(const ledger::ItemName& name);
nlohmann::json params_of(const ledger::ContainerName& name);

// What tx_submit, tx_submit_and_wait and tx_get answer. Error: rpc_malformed.
Result<TransactionAnswer> transaction_answer_from(const nlohmann::json& answer);

}  // namespace touchstone::tools
