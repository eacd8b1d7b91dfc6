// What a registrant's program does with plaintext serials before their keys go to the ledger: it warns of those that
// can be guessed, or refuses them where the product says so, and keeps the plaintext in the owner's vault.
//
// One thread. Failure: nothing was sent to the ledger. Errors: serials_guessable, vault_not_here (with
// VaultUse::kAlways), and those of the calls.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/client/item_file.h"
#include "tools/client/rpc_client.h"

namespace touchstone::tools {

enum class VaultUse {
    kAuto,  // when the node is of the organisation that registers and has a vault
    kAlways,
    kNever,
};
// "auto", "always", "never".
VaultUse vault_use_from(const std::string& name);

struct SerialCare {
    std::vector<std::string> warnings;  // name no serial
    std::size_t kept = 0;               // new in the vault
};

// `organisation` registers. Items that are named by their key alone have no serial to care for.
Result<SerialCare> care_for_serials(RpcClient& client, std::span<const ItemLine> items, const std::string& organisation,
                                    VaultUse use);

}  // namespace touchstone::tools
