// The ledger as captures see it from inside a node: signs with the organisation's key, submits to this node and waits.
//
// Threads: each port on one thread, which must not be one of the RPC's or the node's: it waits for blocks.
#pragma once

#include "crypto/ed25519.h"
#include "rpc/epcis/capture.h"
#include "rpc/node_api.h"

namespace touchstone::rpc {

class NodeCapturePort final : public epcis::CapturePort {
  public:
    // `node` and `key` outlive it.
    NodeCapturePort(NodeApi& node, std::string organisation, const crypto::SecretKey& key);

    // Errors: timed_out (taken, and not final within a minute), overloaded, read_only.
    Result<epcis::SubmitAnswer> submit(std::span<const ledger::Operation> operations) override;
    Result<std::optional<ledger::ItemRecord>> item(const ledger::ItemName& name) override;
    Result<std::optional<ledger::ContainerRecord>> container(const ledger::ContainerName& name) override;
    Result<std::vector<ledger::Event>> events(const ledger::ItemName& item) override;

  private:
    Result<TransactionStatus> wait_until_final(const Hash256& id);

    NodeApi& node_;
    std::string organisation_;
    const crypto::SecretKey& key_;
};

// The members with a GLN, the roles of the organisation that captures and the containers that there are, from the state
// as it is. The node outlives the context.
Result<epcis::CaptureContext> capture_context(const NodeApi& node, const std::string& organisation);

}  // namespace touchstone::rpc
