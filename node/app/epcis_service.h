// EPCIS captured and queried at the node of an organisation: the repository over the vault, signing with the
// organisation's key.
//
// Owns the repository and its thread. Construct after the node and its vault, stop() before they go.
#pragma once

#include <memory>

#include "rpc/epcis/repository.h"
#include "rpc/node_api.h"

namespace touchstone::node {

class EpcisService {
  public:
    // Precondition: node.organisation() has a key, and node.vault() is there. Both outlive this.
    explicit EpcisService(rpc::NodeApi& node);
    ~EpcisService();
    void stop();
    epcis::Repository& repository() { return *repository_; }

  private:
    class VaultStore;
    std::unique_ptr<VaultStore> store_;
    std::unique_ptr<epcis::Repository> repository_;
};

}  // namespace touchstone::node
