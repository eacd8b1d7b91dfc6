#include "node/app/config.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

#include "base/check.h"
#include "base/limits.h"
#include "node/app/home.h"

namespace touchstone::node {
namespace {

constexpr std::string_view kPassphraseVariable = "TOUCHSTONE_PASSPHRASE";
constexpr std::string_view kVaultPassphraseVariable = "TOUCHSTONE_VAULT_PASSPHRASE";
constexpr std::string_view kOrganisationPassphraseVariable = "TOUCHSTONE_ORGANISATION_PASSPHRASE";

std::vector<std::string_view> split_list(std::string_view text) {
    std::vector<std::string_view> items;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        std::string_view item = text.substr(0, comma);
        while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
        while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
        items.push_back(item);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

template <class T>
std::string read_number(std::string_view text, T& into, std::pair<T, T> range) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool fits = error == std::errc{} && end == text.data() + text.size();
    if (!fits || value < range.first || value > range.second)
        return fmt::format("expected a whole number from {} to {}", range.first, range.second);
    into = value;
    return {};
}

std::string read_bool(std::string_view text, bool& into) {
    if (text != "true" && text != "false") return "expected true or false";
    into = text == "true";
    return {};
}

std::string read_listen(std::string_view text, HostPort& into) {
    if (text.empty()) {
        into = {};
        return {};
    }
    auto parsed = parse_host_port(text);
    if (!parsed) return parsed.error().message;
    into = *std::move(parsed);
    return {};
}

std::string read_home(std::string_view text, Config& config) {
    if (text.empty()) return "expected a folder";
    config.home = text;
    return {};
}

std::string read_rpc_listen(std::string_view text, Config& config) { return read_listen(text, config.rpc_listen); }
std::string read_rpc_threads(std::string_view text, Config& config) {
    return read_number<std::uint32_t>(text, config.rpc_threads, {1, 256});
}
std::string read_admin_listen(std::string_view text, Config& config) { return read_listen(text, config.admin_listen); }
std::string read_p2p_listen(std::string_view text, Config& config) { return read_listen(text, config.p2p_listen); }

std::string read_p2p_peers(std::string_view text, Config& config) {
    config.p2p_peers.clear();
    for (const std::string_view item : split_list(text)) {
        auto peer = parse_peer_address(item);
        if (!peer) return peer.error().message;
        for (const PeerAddress& other : config.p2p_peers) {
            if (other.key == peer->key) return fmt::format("the key {} is listed twice", peer->key.hex());
        }
        config.p2p_peers.push_back(*std::move(peer));
    }
    return {};
}

std::string read_p2p_allow(std::string_view text, Config& config) {
    config.p2p_allow.clear();
    for (const std::string_view item : split_list(text)) {
        const auto key = crypto::PublicKey::from_hex(item);
        if (!key) return fmt::format("\"{}\" is not a key of 64 hexadecimal digits", item);
        config.p2p_allow.push_back(*key);
    }
    return {};
}

std::string read_reserve(std::string_view text, Config& config) {
    return read_number<std::uint64_t>(text, config.storage_reserve_mb, {16, 1u << 20});
}

std::string read_cache(std::string_view text, Config& config) {
    return read_number<std::uint64_t>(text, config.storage_cache_mb, {8, 1u << 20});
}
std::string read_bucket_depth(std::string_view text, Config& config) {
    return read_number<std::uint32_t>(text, config.storage_bucket_depth, {8, 28});
}
std::string read_random_reads(std::string_view text, Config& config) {
    return read_bool(text, config.storage_random_reads);
}

std::string read_log_level(std::string_view text, Config& config) {
    const auto level = log_level_from(text);
    if (!level) return "expected trace, debug, info, warn or error";
    config.log_level = *level;
    return {};
}
std::string read_log_format(std::string_view text, Config& config) {
    const auto format = log_format_from(text);
    if (!format) return "expected text or json";
    config.log_format = *format;
    return {};
}
std::string read_observer(std::string_view text, Config& config) { return read_bool(text, config.node_observer); }
std::string read_passphrase_file(std::string_view text, Config& config) {
    config.node_passphrase_file = text;
    return {};
}

std::string read_audience(std::string_view text, Config& config) {
    config.rpc_audience.clear();
    for (const std::string_view item : split_list(text)) {
        if (item.empty() || item == "*" || item.find("://") != std::string_view::npos)
            return fmt::format("\"{}\" is not of the form host:port", item);
        config.rpc_audience.emplace_back(item);
    }
    return {};
}

std::string read_organisation(std::string_view text, Config& config) {
    const auto is_slug_character = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (text.size() > limits::kOrgIdBytesMax || !std::all_of(text.begin(), text.end(), is_slug_character))
        return "expected the id of an organisation";
    config.organisation_id = text;
    return {};
}
std::string read_organisation_key(std::string_view text, Config& config) {
    config.organisation_key = text;
    return {};
}
std::string read_organisation_passphrase_file(std::string_view text, Config& config) {
    config.organisation_passphrase_file = text;
    return {};
}
std::string read_vault_enabled(std::string_view text, Config& config) { return read_bool(text, config.vault_enabled); }
std::string read_vault_passphrase_file(std::string_view text, Config& config) {
    config.vault_passphrase_file = text;
    return {};
}

constexpr std::array<Setting, 21> kSettings = {{
    {"home", "TOUCHSTONE_HOME", "touchstone-home", "folder of this node", read_home},
    {"rpc.listen", "TOUCHSTONE_RPC_LISTEN", "127.0.0.1:8545", "address of JSON-RPC, explorer and shopper's page",
     read_rpc_listen},
    {"rpc.threads", "TOUCHSTONE_RPC_THREADS", "2", "threads that answer requests", read_rpc_threads},
    {"rpc.audience", "TOUCHSTONE_RPC_AUDIENCE", "",
     "names host:port under which clients reach rpc.listen, through a proxy or by DNS: for their tokens",
     read_audience},
    {"admin.listen", "TOUCHSTONE_ADMIN_LISTEN", "127.0.0.1:9545",
     "address of /metrics, /healthz and /readyz; empty: none", read_admin_listen},
    {"p2p.listen", "TOUCHSTONE_P2P_LISTEN", "0.0.0.0:7545", "address for other nodes; empty: only dial them",
     read_p2p_listen},
    {"p2p.peers", "TOUCHSTONE_P2P_PEERS", "", "nodes to dial, each hexkey@host:port", read_p2p_peers},
    {"p2p.allow", "TOUCHSTONE_P2P_ALLOW", "", "keys of observers that may connect besides the validators",
     read_p2p_allow},
    {"storage.cache_mb", "TOUCHSTONE_STORAGE_CACHE_MB", "128", "memory for blocks of LevelDB, MiB", read_cache},
    {"storage.bucket_depth", "TOUCHSTONE_STORAGE_BUCKET_DEPTH", "20",
     "2^(depth+1) hashes are kept in memory: 20 is 67 MB, good for 64 M keys", read_bucket_depth},
    {"storage.reserve_mb", "TOUCHSTONE_STORAGE_RESERVE_MB", "512",
     "with less disk space free than this, MiB, the node only reads", read_reserve},
    {"storage.random_reads", "TOUCHSTONE_STORAGE_RANDOM_READS", "false",
     "read by pread without read-ahead: for states far beyond memory", read_random_reads},
    {"log.level", "TOUCHSTONE_LOG_LEVEL", "info", "trace, debug, info, warn or error", read_log_level},
    {"log.format", "TOUCHSTONE_LOG_FORMAT", "text", "text for people, json for machines", read_log_format},
    {"node.observer", "TOUCHSTONE_NODE_OBSERVER", "false", "follow the chain without a vote", read_observer},
    {"node.passphrase_file", "TOUCHSTONE_NODE_PASSPHRASE_FILE", "",
     "file with the passphrase of node.key; else TOUCHSTONE_PASSPHRASE", read_passphrase_file},
    {"organisation.id", "TOUCHSTONE_ORGANISATION_ID", "", "id of the organisation whose node this is",
     read_organisation},
    {"organisation.key", "TOUCHSTONE_ORGANISATION_KEY", "",
     "its key file, if the node shall sign what is captured here", read_organisation_key},
    {"organisation.passphrase_file", "TOUCHSTONE_ORGANISATION_PASSPHRASE_FILE", "",
     "file with the passphrase of that key; else TOUCHSTONE_ORGANISATION_PASSPHRASE",
     read_organisation_passphrase_file},
    {"vault.enabled", "TOUCHSTONE_VAULT_ENABLED", "false",
     "keep the plaintext of the organisation's serials here, encrypted", read_vault_enabled},
    {"vault.passphrase_file", "TOUCHSTONE_VAULT_PASSPHRASE_FILE", "",
     "file with the passphrase of the vault; else TOUCHSTONE_VAULT_PASSPHRASE", read_vault_passphrase_file},
}};

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, change}));
        }
    }
    return row[b.size()];
}

Error unknown(std::string_view key, std::string_view source) {
    return {"config_unknown",
            fmt::format("{}: there is no setting \"{}\"; did you mean \"{}\"?", source, key, nearest_setting(key))};
}

// A misspelt variable would otherwise be passed over in silence. Variables of other sections are not ours to judge.
Status check_variables(const TextMap& environment) {
    for (const auto& [name, value] : environment) {
        const bool ours = std::any_of(kSettings.begin(), kSettings.end(), [&](const Setting& setting) {
            const std::size_t dot = setting.key.find('.');
            return dot != std::string_view::npos && name.starts_with(setting.env.substr(0, 11 + dot + 1));
        });
        const bool known = std::any_of(kSettings.begin(), kSettings.end(),
                                       [&](const Setting& setting) { return setting.env == name; });
        if (!ours || known || name == kVaultPassphraseVariable || name == kOrganisationPassphraseVariable) continue;
        std::string key = name.substr(std::string_view("TOUCHSTONE_").size());
        std::transform(key.begin(), key.end(), key.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        if (const auto underscore = key.find('_'); underscore != std::string::npos) key[underscore] = '.';
        return Error{"config_unknown", fmt::format("environment: there is no variable {}; did you mean {}?", name,
                                                   find_setting(nearest_setting(key))->env)};
    }
    return Ok{};
}

Status apply(const Setting& setting, std::string_view text, std::string_view source, Config& config) {
    const std::string wrong = setting.read(text, config);
    if (wrong.empty()) return Ok{};
    return Error{"config_value", fmt::format("{} ({}): \"{}\": {}", setting.key, source, text, wrong)};
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

const Setting* find_setting(std::string_view key) {
    const auto found =
        std::find_if(kSettings.begin(), kSettings.end(), [&](const Setting& setting) { return setting.key == key; });
    return found == kSettings.end() ? nullptr : &*found;
}

std::string_view nearest_setting(std::string_view key) {
    return std::min_element(kSettings.begin(), kSettings.end(),
                            [&](const Setting& a, const Setting& b) {
                                return edit_distance(key, a.key) < edit_distance(key, b.key);
                            })
        ->key;
}

Result<Config> make_config(const ConfigSources& sources, const std::string& file_text) {
    TRY_ASSIGN(const TextMap file, parse_config_file(file_text, "config.toml"));
    for (const auto& [key, text] : sources.flags) {
        if (!find_setting(key)) return unknown("--" + key, "command line");
    }
    TRY(check_variables(sources.environment));
    Config config;
    for (const Setting& setting : kSettings) {
        const std::string key(setting.key), variable(setting.env);
        if (const auto flag = sources.flags.find(key); flag != sources.flags.end()) {
            TRY(apply(setting, flag->second, "--" + key, config));
        } else if (const auto env = sources.environment.find(variable); env != sources.environment.end()) {
            TRY(apply(setting, env->second, variable, config));
        } else if (const auto set = file.find(key); set != file.end()) {
            TRY(apply(setting, set->second, "config.toml", config));
        } else {
            TRY(apply(setting, setting.fallback, "default", config));
        }
    }
    if (config.organisation_id.empty() && (config.vault_enabled || !config.organisation_key.empty()))
        return Error{"config_value", "a vault and organisation.key belong to an organisation: set organisation.id"};
    return config;
}

Result<std::filesystem::path> home_of(const ConfigSources& sources) {
    Config config;
    const Setting& setting = *find_setting("home");
    const auto flag = sources.flags.find("home");
    const auto env = sources.environment.find(std::string(setting.env));
    if (flag != sources.flags.end()) {
        TRY(apply(setting, flag->second, "--home", config));
    } else if (env != sources.environment.end()) {
        TRY(apply(setting, env->second, setting.env, config));
    } else {
        TRY(apply(setting, setting.fallback, "default", config));
    }
    return config.home;
}

Result<Config> load_config(const ConfigSources& sources) {
    TRY_ASSIGN(const std::filesystem::path root, home_of(sources));
    auto text = read_text_file(Home(root).config());
    if (!text && text.error().code != "file_missing") return text.error();
    return make_config(sources, text ? *text : std::string());
}

TextMap environment_of_process() {
    TextMap variables;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

namespace {

struct PassphrasePlace {
    const std::filesystem::path& file;
    std::string_view variable;
    std::string_view what;     // "node.key"
    std::string_view setting;  // that names the file
};

Result<std::string> passphrase_from(const PassphrasePlace& place, const TextMap& environment) {
    if (!place.file.empty()) {
        TRY_ASSIGN(std::string text, read_text_file(place.file));
        if (text.ends_with('\n')) text.pop_back();
        if (text.ends_with('\r')) text.pop_back();
        return text;
    }
    const auto given = environment.find(std::string(place.variable));
    if (given != environment.end()) return given->second;
    return Error{"passphrase_missing",
                 fmt::format("{} needs a passphrase: set {} or {}", place.what, place.setting, place.variable)};
}

}  // namespace

Result<std::string> read_passphrase(const Config& config, const ConfigSources& sources) {
    return passphrase_from({config.node_passphrase_file, kPassphraseVariable, "node.key", "node.passphrase_file"},
                           sources.environment);
}

Result<std::string> read_vault_passphrase(const Config& config, const ConfigSources& sources) {
    if (!config.vault_enabled) return std::string();
    return passphrase_from(
        {config.vault_passphrase_file, kVaultPassphraseVariable, "the vault", "vault.passphrase_file"},
        sources.environment);
}

Result<std::string> read_organisation_passphrase(const Config& config, const ConfigSources& sources) {
    if (config.organisation_key.empty()) return std::string();
    return passphrase_from({config.organisation_passphrase_file, kOrganisationPassphraseVariable, "organisation.key",
                            "organisation.passphrase_file"},
                           sources.environment);
}

}  // namespace touchstone::node
