// What an audit says, to people and to programs: shared by audit and export. Values only.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/client/client_options.h"
#include "tools/replay/replay.h"

namespace touchstone::tools {

struct AuditedChain {
    const node::AuditTarget& target;
    std::string source;  // folder or URL
    std::string note;    // of the source
};

nlohmann::json audit_json(const AuditedChain& chain, const ReplayReport& report);
std::string audit_text(const AuditedChain& chain, const ReplayReport& report);
nlohmann::json fault_json(const node::AuditFault& fault, const ReplayReport& checked);
std::string fault_text(const AuditedChain& chain, const node::AuditFault& fault, const ReplayReport& checked);
int exit_status_of(const node::AuditFault& fault);

// The source that the options name. Exactly one of `home` and `url`.
struct OpenedSource {
    std::unique_ptr<BlockSource> blocks;
    std::string name;
};
Result<OpenedSource> open_source(const GlobalOptions& options, const std::string& home);

// wrong_genesis when the source's chain is not that of the trusted genesis.
std::optional<node::AuditFault> check_chain_id(const node::AuditTarget& target, const BlockSource& source);

}  // namespace touchstone::tools
