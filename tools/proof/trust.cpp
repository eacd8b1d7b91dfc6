#include "tools/proof/trust.h"

#include "crypto/state_root.h"
#include "node/app/genesis_json.h"
#include "tools/client/client_options.h"

namespace touchstone::tools {

std::string TrustedSet::label(std::uint32_t index) const {
    if (!names.at(index).empty()) return names[index];
    return validators.keys().at(index).hex().substr(0, 16) + "…";
}

Trust trust_from(const ledger::Genesis& genesis) {
    std::vector<crypto::PublicKey> keys;
    std::vector<std::string> names;
    for (const ledger::GenesisValidator& validator : genesis.validators) {
        keys.push_back(validator.key);
        names.push_back(validator.name);
    }
    std::vector<crypto::StateLeaf> leaves;
    for (const auto& [key, record] : genesis.records()) leaves.push_back({key, crypto::state_leaf_hash(key, record)});
    return {genesis.name,
            genesis.chain_id(),
            crypto::state_root(leaves),
            {{consensus::ValidatorSet(std::move(keys)), std::move(names)}},
            milliseconds(static_cast<std::int64_t>(genesis.parameters.heartbeat_ms))};
}

Result<Trust> load_trust(const std::string& path) {
    if (path.empty())
        return Error{
            "no_trust",
            "nothing to check the answer against: give --trust genesis.json (or TOUCHSTONE_TRUST), the file that "
            "the members of the chain hand out; for a local network it is in the folder of touchstone devnet"};
    TRY_ASSIGN(const std::string text, read_text_file(path));
    TRY_ASSIGN(const ledger::Genesis genesis, node::genesis_from_json(text));
    return trust_from(genesis);
}

}  // namespace touchstone::tools
