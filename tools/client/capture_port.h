// The ledger as a capture of EPCIS events sees it, over JSON-RPC; and who is meant by a GLN.
//
// One thread.
#pragma once

#include "rpc/epcis/capture.h"
#include "tools/client/client_options.h"
#include "tools/client/ledger_gate.h"

namespace touchstone::tools {

class RpcCapturePort final : public epcis::CapturePort {
  public:
    RpcCapturePort(RpcClient client, Signer signer, Wait wait);

    Result<epcis::SubmitAnswer> submit(std::span<const ledger::Operation> operations) override;
    // Of the records, the fields that tell where the item or container is and whose it is.
    Result<std::optional<ledger::ItemRecord>> item(const ledger::ItemName& name) override;
    Result<std::optional<ledger::ContainerRecord>> container(const ledger::ContainerName& name) override;
    Result<std::vector<ledger::Event>> events(const ledger::ItemName& item) override;

    RpcClient& client() { return gate_.client(); }

  private:
    RpcGate gate_;
    Signer signer_;
    Wait wait_;
};

// CSV with the columns gln (GLN, SGLN or PGLN URI, Digital Link) and organisation. Errors: bad_parties.
Result<epcis::Parties> parse_parties(std::string_view text);
// Organisations that give a GLN on the ledger need no line in that file. Also the roles of the organisation that
// captures.
[[nodiscard]] Status add_chain_parties(RpcClient& client, epcis::CaptureContext& context);

}  // namespace touchstone::tools
