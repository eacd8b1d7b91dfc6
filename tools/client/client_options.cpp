#include "tools/client/client_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>

#include "crypto/key_file.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

void add_global_options(CLI::App& app, GlobalOptions& options) {
    app.add_option("--rpc", options.rpc, "JSON-RPC address of a node; repeat it for fail-over [http://127.0.0.1:8545]")
        ->envname("TOUCHSTONE_RPC")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_option("--trust", options.trust, "genesis.json to check proofs against; get it from somebody you trust")
        ->envname("TOUCHSTONE_TRUST");
    app.add_option("--org", options.organisation, "Id of the organisation that acts")->envname("TOUCHSTONE_ORG");
    app.add_option("--key", options.key_file, "Key file that signs; passphrase in TOUCHSTONE_PASSPHRASE or asked for")
        ->envname("TOUCHSTONE_KEY");
    app.add_flag("--json", options.json, "One JSON object on stdout; diagnostics on stderr");
    app.add_flag("--no-wait", options.no_wait, "Answer when a node took it, without waiting until it is final");
}

int finish(const GlobalOptions& options, const json& object, const std::string& text, int status) {
    if (options.json)
        std::cout << object.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
    else
        std::cout << printable(text) << (text.empty() || text.ends_with('\n') ? "" : "\n");
    std::cout.flush();
    return status;
}

int exit_status_of(const Error& error) {
    if (is_unreachable(error) || error.code == "rpc_malformed") return kExitUnreachable;
    if (error.code == "unproven" || error.code == "no_trust") return kExitUnproven;
    for (const char* usage : {"bad_", "no_", "file_", "key_file_", "hash_", "usage", "too_", "genesis_"})
        if (error.code.starts_with(usage)) return kExitUsage;
    return kExitRefused;
}

int fail(const GlobalOptions& options, const Error& error) {
    std::cerr << "touchstone: " << printable(error.message) << " (" << one_line(error.code) << ")\n";
    if (options.json)
        std::cout << json{{"ok", false}, {"error", {{"code", error.code}, {"message", error.message}}}}.dump(
                         -1, ' ', false, json::error_handler_t::replace)
                  << '\n';
    return exit_status_of(error);
}

Result<std::string> read_text_file(const std::string& path) {
    std::ostringstream text;
    if (path == "-") {
        text << std::cin.rdbuf();
        return text.str();
    }
    std::ifstream in(path, std::ios::binary);
    if (in) text << in.rdbuf();
    if (!in || in.bad())
        return Error{"file_unreadable", fmt::format("cannot read {}: does it exist, and is it a file?", path)};
    return text.str();
}

Result<std::string> passphrase_for(const std::string& key_file) {
    if (const char* given = std::getenv("TOUCHSTONE_PASSPHRASE")) return std::string(given);
    if (const char* file = std::getenv("TOUCHSTONE_PASSPHRASE_FILE")) {
        TRY_ASSIGN(std::string text, read_text_file(file));
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
        return text;
    }
    std::string answer = prompt_secret(fmt::format("Passphrase for {}: ", key_file));
    if (answer.empty())
        return Error{"no_passphrase", fmt::format("no passphrase for {}; set TOUCHSTONE_PASSPHRASE, or "
                                                  "TOUCHSTONE_PASSPHRASE_FILE, or run on a terminal",
                                                  key_file)};
    return answer;
}

namespace {

// By key file: a command that signs and reads asks for a passphrase once, and pays for the derivation once.
Result<std::shared_ptr<const crypto::SecretKey>> unlocked(const std::string& key_file) {
    static std::mutex mutex;
    static std::map<std::string, std::shared_ptr<const crypto::SecretKey>> keys;
    const std::lock_guard lock(mutex);
    if (const auto known = keys.find(key_file); known != keys.end()) return known->second;
    // Cheap faults (no such file, wrong mode) before anybody types a passphrase.
    TRY_ASSIGN([[maybe_unused]] const crypto::PublicKey expected, crypto::read_key_file_public(key_file));
    TRY_ASSIGN(const std::string passphrase, passphrase_for(key_file));
    TRY_ASSIGN(crypto::SecretKey key, crypto::read_key_file(key_file, passphrase));
    return keys[key_file] = std::make_shared<const crypto::SecretKey>(std::move(key));
}

}  // namespace

Result<Signer> load_signer(const GlobalOptions& options) {
    if (options.organisation.empty())
        return Error{"no_signer", "which organisation acts? Give --org ID or set TOUCHSTONE_ORG"};
    if (options.key_file.empty())
        return Error{"no_signer",
                     "which key signs? Give --key FILE or set TOUCHSTONE_KEY; make one with: touchstone keys new"};
    TRY_ASSIGN(const auto key, unlocked(options.key_file));
    auto seed = key->seed();
    Signer signer{options.organisation, crypto::SecretKey::from_seed(seed)};
    crypto::wipe(seed);
    return signer;
}

Result<RpcClient> connect(const GlobalOptions& options) {
    TRY_ASSIGN(RpcClient client,
               RpcClient::make(options.rpc.empty() ? std::vector<std::string>{"http://127.0.0.1:8545"} : options.rpc));
    if (options.organisation.empty() || options.key_file.empty()) return client;
    client.identify_by([options]() -> Result<std::shared_ptr<const Signer>> {
        TRY_ASSIGN(Signer signer, load_signer(options));
        return std::shared_ptr<const Signer>(std::make_shared<const Signer>(std::move(signer)));
    });
    return client;
}

}  // namespace touchstone::tools
