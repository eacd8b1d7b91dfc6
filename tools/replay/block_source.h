// Where the blocks for an audit come from: a node's folder, or a running node's JSON-RPC.
//
// A source is asked for heights in ascending order, by one thread. It vouches for nothing: what it gives is checked.
// Failure: an AuditFault; of the chain when the blocks are not there or are not readable, of the auditor when the
// source can not be reached.
#pragma once

#include <filesystem>
#include <memory>

#include "node/audit.h"
#include "tools/client/rpc_client.h"

namespace touchstone::tools {

class BlockSource {
  public:
    virtual ~BlockSource() = default;
    // As it was when the source was opened. The last block has a certificate, or ought to have.
    virtual Height last() const = 0;
    virtual const Hash256& chain_id() const = 0;
    // What the reader of a report should know; empty: nothing.
    virtual std::string note() const = 0;
    virtual node::Audited<node::RawBlock> read(Height height) = 0;
};

// A node's home folder; the node may be running. Reads genesis.json and the block log, takes no lock, writes nothing.
// Errors: file_missing, genesis_malformed, disk_error.
Result<std::unique_ptr<BlockSource>> open_home_blocks(const std::filesystem::path& home);

// Errors: those of RpcClient::call.
Result<std::unique_ptr<BlockSource>> open_rpc_blocks(RpcClient client);

}  // namespace touchstone::tools
