// The settings of one node: flag > environment > config.toml > default.
//
// The table in config.cpp is the one place that names them; it makes the flags (--rpc.listen), the variables
// (TOUCHSTONE_RPC_LISTEN), the keys of config.toml ([rpc] listen = …), the file that `init` writes, and the help.
// Nothing here can fork a chain: what validators must share is in the genesis and on the chain.
//
// Thread safety: values only. Errors: config_unknown (names the nearest known key), config_value (names the source),
// config_syntax (names the line), passphrase_missing.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/app/logging.h"
#include "node/asio/peer_address.h"

namespace touchstone::node {

struct Config {
    std::filesystem::path home;
    HostPort rpc_listen;
    std::uint32_t rpc_threads = 0;
    std::vector<std::string> rpc_audience;
    HostPort admin_listen;  // empty host: none
    HostPort p2p_listen;    // empty host: dial only
    std::vector<PeerAddress> p2p_peers;
    std::vector<crypto::PublicKey> p2p_allow;
    std::uint64_t storage_cache_mb = 0;
    std::uint64_t storage_reserve_mb = 0;
    std::uint32_t storage_bucket_depth = 0;
    bool storage_random_reads = false;
    LogLevel log_level = LogLevel::kInfo;
    LogFormat log_format = LogFormat::kText;
    bool node_observer = false;
    std::filesystem::path node_passphrase_file;
    std::string organisation_id;             // empty: the node is of none
    std::filesystem::path organisation_key;  // empty: the node signs nothing for it
    std::filesystem::path organisation_passphrase_file;
    bool vault_enabled = false;
    std::filesystem::path vault_passphrase_file;
};

// Reads text into one field of the config. Answers what is wrong, or an empty text.
using SettingReader = std::string (*)(std::string_view text, Config& config);

struct Setting {
    std::string_view key;       // "rpc.listen"
    std::string_view env;       // "TOUCHSTONE_RPC_LISTEN"
    std::string_view fallback;  // as text; lists are separated by commas
    std::string_view help;
    SettingReader read;
};
std::span<const Setting> settings();
const Setting* find_setting(std::string_view key);
// The known key that takes the fewest edits.
std::string_view nearest_setting(std::string_view key);

using TextMap = std::map<std::string, std::string>;

// Key and text of everything that config.toml sets; lists joined by commas. `home` can not be set there.
Result<TextMap> parse_config_file(const std::string& text, const std::string& name);

struct ConfigSources {
    TextMap flags;        // by key: {"rpc.listen", "…"}
    TextMap environment;  // all variables of the process
};

// Where config.toml is looked for. Needs no file.
Result<std::filesystem::path> home_of(const ConfigSources& sources);
// Reads <home>/config.toml, if there is one.
Result<Config> load_config(const ConfigSources& sources);
// The same with the file's text given.
Result<Config> make_config(const ConfigSources& sources, const std::string& file_text);

// A config.toml that sets `values` and names every other setting in a comment. Precondition: known keys.
std::string render_config_file(const TextMap& values);

TextMap environment_of_process();

// From the file node.passphrase_file names (its last line end is not part of it), else TOUCHSTONE_PASSPHRASE.
Result<std::string> read_passphrase(const Config& config, const ConfigSources& sources);
// Likewise by vault.passphrase_file or TOUCHSTONE_VAULT_PASSPHRASE, and by organisation.passphrase_file or
// TOUCHSTONE_ORGANISATION_PASSPHRASE. Without the vault, and without a key file: an empty text.
Result<std::string> read_vault_passphrase(const Config& config, const ConfigSources& sources);
Result<std::string> read_organisation_passphrase(const Config& config, const ConfigSources& sources);

}  // namespace touchstone::node
