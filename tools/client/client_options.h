// What every client command shares: which nodes, which trust, who signs, how to answer, and the exit statuses.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "crypto/ed25519.h"
#include "tools/client/rpc_client.h"

namespace CLI {
class App;
}

namespace touchstone::tools {

enum ExitStatus : int {
    kExitOk = 0,
    kExitRefused = 1,      // the ledger refused it, or part of it
    kExitUsage = 2,        // wrong arguments or bad input; nothing was sent
    kExitUnreachable = 3,  // no node answered, or not in time
    kExitUnproven = 4,     // an answer could not be proven
    kExitCaution = 5,      // proven, and it is caution or unknown
};
inline constexpr const char* kExitStatusHelp =
    "Exit status: 0 done; 1 refused by the ledger, wholly or in part; 2 wrong arguments or input, nothing was sent;\n"
    "3 no node answered in time; 4 the answer could not be proven; 5 proven, but caution or unknown.";

struct GlobalOptions {
    std::vector<std::string> rpc;
    std::string trust;
    std::string organisation;
    std::string key_file;
    bool json = false;
    bool no_wait = false;
    int exit_status = kExitOk;  // set by the command that ran
};

// Adds --rpc, --trust, --org, --key, --json, --no-wait to the main program.
void add_global_options(CLI::App& app, GlobalOptions& options);

// One answer of a command: the object for --json, the text for people.
// Ends a command: prints one of them on stdout, and answers the exit status.
int finish(const GlobalOptions& options, const nlohmann::json& object, const std::string& text, int status = kExitOk);
// The error on stderr (what, why, what to do), with --json also as the object on stdout. The status follows from the
// code.
int fail(const GlobalOptions& options, const Error& error);
int exit_status_of(const Error& error);

// From --org, --key and the passphrase. Errors: no_signer (what is missing), and those of read_key_file.
// A key file is unlocked once in a process.
Result<Signer> load_signer(const GlobalOptions& options);
// TOUCHSTONE_PASSPHRASE, else TOUCHSTONE_PASSPHRASE_FILE, else asked without echo. Error: no_passphrase.
Result<std::string> passphrase_for(const std::string& key_file);

// The client identifies itself by --org and --key, if both are given.
Result<RpcClient> connect(const GlobalOptions& options);

// A whole file, or stdin for "-". Error: file_unreadable.
Result<std::string> read_text_file(const std::string& path);

}  // namespace touchstone::tools
