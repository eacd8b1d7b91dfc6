// keys new, keys show.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "crypto/key_file.h"
#include "tools/cli/commands.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

namespace {

Result<std::string> new_passphrase(const std::string& path) {
    const bool asked = !std::getenv("TOUCHSTONE_PASSPHRASE") && !std::getenv("TOUCHSTONE_PASSPHRASE_FILE");
    TRY_ASSIGN(const std::string passphrase, passphrase_for(path));
    if (asked && prompt_secret("The same again: ") != passphrase)
        return Error{"bad_passphrase", "the two passphrases differ; nothing was written"};
    if (passphrase.empty()) return Error{"no_passphrase", "an empty passphrase protects nothing"};
    return passphrase;
}

Result<crypto::PublicKey> make_key(const std::string& path) {
    TRY_ASSIGN(const std::string passphrase, new_passphrase(path));
    const crypto::SecretKey key = crypto::SecretKey::generate();
    TRY(crypto::write_key_file(path, key, passphrase));
    return key.public_key();
}

int answer(const GlobalOptions& options, const std::string& path, const Result<crypto::PublicKey>& key,
           const char* advice) {
    if (!key.ok()) return fail(options, key.error());
    return finish(options, {{"ok", true}, {"file", path}, {"public_key", key->hex()}},
                  fmt::format("public key  {}\nkey file    {}\n{}", key->hex(), path, advice));
}

}  // namespace

void add_keys_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* keys = app.add_subcommand("keys", "Key files: encrypted, readable by you alone");
    keys->require_subcommand(1);

    CLI::App* fresh = keys->add_subcommand("new", "Make a key");
    fresh->footer(
        fmt::format("Example: touchstone keys new acme.key\n\nThe passphrase comes from TOUCHSTONE_PASSPHRASE, "
                    "from the file that TOUCHSTONE_PASSPHRASE_FILE names, or is asked for.\n{}",
                    kExitStatusHelp));
    const auto path = std::make_shared<std::string>();
    fresh->add_option("file", *path, "Where to write it; never over an existing file")->required();
    fresh->callback([&options, path] {
        options.exit_status = answer(
            options, *path, make_key(*path),
            "Put it in force with touchstone keys add, signed by an admin key of your organisation; the first key "
            "of all is for the council to admit (touchstone propose admit-organisation).\n");
    });

    CLI::App* show = keys->add_subcommand("show", "Show the public key of a key file; needs no passphrase");
    show->footer(fmt::format("Example: touchstone keys show acme.key\n{}", kExitStatusHelp));
    const auto shown = std::make_shared<std::string>();
    show->add_option("file", *shown, "Key file")->required();
    show->callback(
        [&options, shown] { options.exit_status = answer(options, *shown, crypto::read_key_file_public(*shown), ""); });

    add_ledger_key_commands(*keys, options);
}

}  // namespace touchstone::tools
