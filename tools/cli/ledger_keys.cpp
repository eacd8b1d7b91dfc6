// keys add, revoke, rotate: an organisation's own keys on the ledger.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "crypto/key_file.h"
#include "ledger/schema/build.h"
#include "tools/cli/commands.h"
#include "tools/client/registry_reads.h"
#include "tools/client/single_operation.h"

namespace touchstone::tools {

namespace {

struct Arguments {
    std::string file;
    std::string key;
    bool admin = false;
    std::string reason;
};

// Of a key file, or in hexadecimal.
Result<crypto::PublicKey> public_key_named(const std::string& text) {
    if (const auto key = crypto::PublicKey::from_hex(text)) return *key;
    return crypto::read_key_file_public(text);
}

// The new key signs that it belongs to the organisation.
Result<ledger::Operation> addition_of(const std::string& file, ledger::KeyPurpose purpose, const GlobalOptions& options) {
    TRY_ASSIGN(RpcClient client, connect(options));
    RpcGate gate(std::move(client), seconds(60));
    TRY_ASSIGN(const ChainFacts facts, gate.facts());
    TRY_ASSIGN(const std::string passphrase, passphrase_for(file));
    TRY_ASSIGN(const crypto::SecretKey key, crypto::read_key_file(file, passphrase));
    return ledger::Operation(ledger::op::AddKey{
        key.public_key(), purpose, key.sign(ledger::key_possession_bytes(facts.chain_id, options.organisation))});
}

ledger::Operation revocation_of(const crypto::PublicKey& key, const std::string& reason) {
    return ledger::op::RevokeKey{key, reason};
}

int run_add(const Arguments& arguments, const GlobalOptions& options) {
    const auto purpose = arguments.admin ? ledger::KeyPurpose::kAdmin : ledger::KeyPurpose::kOperate;
    const auto operation = addition_of(arguments.file, purpose, options);
    return operation.ok() ? run_single(*operation, options) : fail(options, operation.error());
}

int run_revoke(const Arguments& arguments, const GlobalOptions& options) {
    const auto key = public_key_named(arguments.key);
    if (!key.ok()) return fail(options, key.error());
    return run_single(revocation_of(*key, arguments.reason), options);
}

// The purpose of the key that goes, as the ledger has it.
Result<ledger::KeyPurpose> purpose_of(const crypto::PublicKey& key, const GlobalOptions& options) {
    TRY_ASSIGN(RpcClient client, connect(options));
    TRY_ASSIGN(const nlohmann::json answer, client.call("org_get", {{"id", options.organisation}}));
    for (const nlohmann::json& one : answer.value("keys", nlohmann::json::array()))
        if (one.value("key", "") == key.hex())
            return one.value("purpose", "") == "admin" ? ledger::KeyPurpose::kAdmin : ledger::KeyPurpose::kOperate;
    return Error{"unknown_key", fmt::format("'{}' has no key {}; touchstone org show lists its keys",
                                            options.organisation, key.hex())};
}

Result<std::vector<ledger::Operation>> rotation_of(const Arguments& arguments, const GlobalOptions& options) {
    TRY_ASSIGN(const crypto::PublicKey old, public_key_named(arguments.key));
    TRY_ASSIGN(const ledger::KeyPurpose purpose, purpose_of(old, options));
    TRY_ASSIGN(ledger::Operation addition, addition_of(arguments.file, purpose, options));
    return std::vector<ledger::Operation>{std::move(addition),
                                  revocation_of(old, arguments.reason.empty() ? "rotated" : arguments.reason)};
}

int run_rotate(const Arguments& arguments, const GlobalOptions& options) {
    const auto operations = rotation_of(arguments, options);
    return operations.ok() ? run_together(*operations, options) : fail(options, operations.error());
}

}  // namespace

void add_ledger_key_commands(CLI::App& keys, GlobalOptions& options) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* sub = add_read(keys, "add", "Put another key of your organisation in force; needs an admin key",
                             "touchstone keys add line-7.key --org acme --key admin.key");
    sub->add_option("file", arguments->file, "Key file of the new key (touchstone keys new)")->required();
    sub->add_flag("--admin", arguments->admin, "An admin key: may manage keys, and vote if you are on the council");
    sub->callback([&options, arguments] { options.exit_status = run_add(*arguments, options); });

    arguments = std::make_shared<Arguments>();
    sub = add_read(keys, "revoke", "End a key; what it signed before keeps its meaning",
                   "touchstone keys revoke line-7.key --reason 'laptop stolen' --org acme --key admin.key");
    sub->add_option("revoked", arguments->key, "Its key file, or the public key in hexadecimal")->required();
    sub->add_option("--reason", arguments->reason, "Why, for all members");
    sub->callback([&options, arguments] { options.exit_status = run_revoke(*arguments, options); });

    arguments = std::make_shared<Arguments>();
    sub = add_read(keys, "rotate", "Put a new key in the place of an old one, in one transaction; needs an admin key",
                   "touchstone keys rotate line-7.key line-7-new.key --org acme --key admin.key");
    sub->add_option("old", arguments->key, "Key file of the old key, or the public key in hexadecimal")->required();
    sub->add_option("new", arguments->file, "Key file of the new key (touchstone keys new)")->required();
    sub->add_option("--reason", arguments->reason, "Why, for all members");
    sub->callback([&options, arguments] { options.exit_status = run_rotate(*arguments, options); });
}

}  // namespace touchstone::tools
