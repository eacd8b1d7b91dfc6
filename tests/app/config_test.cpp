#include <catch2/catch.hpp>

#include "folder.h"
#include "node/app/config.h"
#include "node/app/home.h"

using namespace touchstone;
using namespace touchstone::node;

namespace {

const std::string kKey(64, 'a');
const std::string kOtherKey(64, 'b');

}  // namespace

TEST_CASE("every default reads well") {
    const auto config = make_config({}, "");
    REQUIRE(config.ok());
    REQUIRE(config->rpc_listen == HostPort{"127.0.0.1", 8545});
    REQUIRE(config->rpc_threads == 2);
    REQUIRE(config->storage_bucket_depth == 20);
    REQUIRE(config->log_level == LogLevel::kInfo);
    REQUIRE(config->p2p_peers.empty());
    REQUIRE(!config->node_observer);
}

TEST_CASE("a flag goes before the environment, that before the file, that before the default") {
    const std::string file = "[rpc]\nthreads = 3\n";
    ConfigSources sources;
    REQUIRE(make_config(sources, "")->rpc_threads == 2);
    REQUIRE(make_config(sources, file)->rpc_threads == 3);
    sources.environment["TOUCHSTONE_RPC_THREADS"] = "4";
    REQUIRE(make_config(sources, file)->rpc_threads == 4);
    sources.flags["rpc.threads"] = "5";
    REQUIRE(make_config(sources, file)->rpc_threads == 5);
}

TEST_CASE("each setting can be set by file, variable and flag alike") {
    const TextMap values = {{"rpc.listen", "0.0.0.0:1"},
                            {"rpc.threads", "7"},
                            {"admin.listen", ""},
                            {"p2p.listen", "[::]:3"},
                            {"p2p.peers", kKey + "@a.example:4," + kOtherKey + "@[::1]:5"},
                            {"p2p.allow", kKey + "," + kOtherKey},
                            {"storage.cache_mb", "64"},
                            {"storage.reserve_mb", "256"},
                            {"storage.bucket_depth", "12"},
                            {"storage.random_reads", "true"},
                            {"log.level", "debug"},
                            {"log.format", "json"},
                            {"node.observer", "true"},
                            {"node.passphrase_file", "/run/secret \"x\""},
                            {"rpc.audience", "node.acme.example:443,10.0.0.1:8545"},
                            {"organisation.id", "acme"},
                            {"organisation.key", "/etc/acme.key"},
                            {"organisation.passphrase_file", "/run/acme"},
                            {"vault.enabled", "true"},
                            {"vault.passphrase_file", "/run/vault"}};
    REQUIRE(values.size() == settings().size() - 1);  // all but home
    ConfigSources by_flag, by_variable;
    by_flag.flags = values;
    for (const auto& [key, text] : values) by_variable.environment[std::string(find_setting(key)->env)] = text;
    for (const auto& config :
         {make_config(by_flag, ""), make_config(by_variable, ""), make_config({}, render_config_file(values))}) {
        REQUIRE(config.ok());
        REQUIRE(config->rpc_listen == HostPort{"0.0.0.0", 1});
        REQUIRE(config->rpc_threads == 7);
        REQUIRE(config->admin_listen == HostPort{});
        REQUIRE(config->p2p_listen == HostPort{"::", 3});
        REQUIRE(config->p2p_peers.size() == 2);
        REQUIRE(config->p2p_peers[1].text() == kOtherKey + "@[::1]:5");
        REQUIRE(config->p2p_allow.size() == 2);
        REQUIRE(config->storage_cache_mb == 64);
        REQUIRE(config->storage_reserve_mb == 256);
        REQUIRE(config->storage_bucket_depth == 12);
        REQUIRE(config->storage_random_reads);
        REQUIRE(config->log_level == LogLevel::kDebug);
        REQUIRE(config->log_format == LogFormat::kJson);
        REQUIRE(config->node_observer);
        REQUIRE(config->node_passphrase_file == "/run/secret \"x\"");
        REQUIRE(config->rpc_audience == std::vector<std::string>{"node.acme.example:443", "10.0.0.1:8545"});
        REQUIRE(config->organisation_id == "acme");
        REQUIRE(config->organisation_key == "/etc/acme.key");
        REQUIRE(config->organisation_passphrase_file == "/run/acme");
        REQUIRE(config->vault_enabled);
        REQUIRE(config->vault_passphrase_file == "/run/vault");
    }
}

TEST_CASE("the file that init writes names every setting and sets only what it is told") {
    const std::string text = render_config_file({{"rpc.threads", "9"}});
    const auto parsed = parse_config_file(text, "config.toml");
    REQUIRE(parsed.ok());
    REQUIRE(*parsed == TextMap{{"rpc.threads", "9"}});
    // With the comment signs of settings taken away, each line is still good and is the default.
    std::string uncommented = text;
    for (std::size_t at = uncommented.find("\n#"); at != std::string::npos; at = uncommented.find("\n#", at + 1)) {
        if (uncommented[at + 2] != ' ') uncommented.erase(at + 1, 1);
    }
    REQUIRE(make_config({}, uncommented).ok());
    REQUIRE(parse_config_file(uncommented, "x")->size() == settings().size() - 1);
}

TEST_CASE("an unknown setting is an error that names the nearest one, wherever it stands") {
    const auto require_unknown = [](const Result<Config>& config, const std::string& hint) {
        REQUIRE(!config.ok());
        REQUIRE(config.error().code == "config_unknown");
        REQUIRE(config.error().message.find(hint) != std::string::npos);
    };
    require_unknown(make_config({}, "[rpc]\nlissten = \"x\"\n"), "\"rpc.listen\"");
    require_unknown(make_config({}, "\n\nthreads = 1\n"), "config.toml:3");
    require_unknown(make_config({{{"p2p.peer", ""}}, {}}, ""), "\"p2p.peers\"");
    require_unknown(make_config({{}, {{"TOUCHSTONE_RPC_LISTN", "x"}}}, ""), "TOUCHSTONE_RPC_LISTEN");
    require_unknown(make_config({{}, {{"TOUCHSTONE_STORAGE_CACHE", "1"}}}, ""), "TOUCHSTONE_STORAGE_CACHE_MB");
    REQUIRE(make_config({{}, {{"TOUCHSTONE_TEST_DATA", "x"}, {"PATH", "y"}}}, "").ok());
}

TEST_CASE("a bad value names its setting and its source") {
    const auto require_bad = [](const Result<Config>& config, const std::string& source) {
        REQUIRE(!config.ok());
        REQUIRE(config.error().code == "config_value");
        REQUIRE(config.error().message.find(source) != std::string::npos);
    };
    require_bad(make_config({{{"rpc.threads", "0"}}, {}}, ""), "rpc.threads (--rpc.threads)");
    require_bad(make_config({{{"rpc.threads", "2x"}}, {}}, ""), "2x");
    require_bad(make_config({{}, {{"TOUCHSTONE_RPC_THREADS", "-1"}}}, ""), "TOUCHSTONE_RPC_THREADS");
    require_bad(make_config({}, "[rpc]\nthreads = 257\n"), "config.toml");
    require_bad(make_config({}, "[rpc]\nthreads = 1.5\n"), "config.toml:2");
    require_bad(make_config({}, "[p2p]\npeers = [3]\n"), "p2p.peers");
    require_bad(make_config({}, "[log]\nlevel = \"loud\"\n"), "loud");
    require_bad(make_config({}, "home = \"/x\"\n"), "home");
    require_bad(make_config({{{"node.observer", "yes"}}, {}}, ""), "true or false");
    require_bad(make_config({{{"p2p.peers", kKey + "@a:1," + kKey + "@b:1"}}, {}}, ""), "twice");
    require_bad(make_config({{{"p2p.allow", "abc"}}, {}}, ""), "abc");
    require_bad(make_config({{{"rpc.listen", "8545"}}, {}}, ""), "8545");
    require_bad(make_config({{{"rpc.audience", "https://node.example"}}, {}}, ""), "host:port");
    require_bad(make_config({{{"organisation.id", "Acme Ltd"}}, {}}, ""), "Acme Ltd");
    // Whose would it be?
    require_bad(make_config({{{"vault.enabled", "true"}}, {}}, ""), "organisation.id");
    require_bad(make_config({{{"organisation.key", "/k"}}, {}}, ""), "organisation.id");
    const auto broken = make_config({}, "[rpc\n");
    REQUIRE(broken.error().code == "config_syntax");
    REQUIRE(broken.error().message.starts_with("config.toml:1"));
}

TEST_CASE("the file is found in the home that flag or environment name") {
    const testing::Folder folder;
    REQUIRE(write_text_file(folder.path / "config.toml", "[rpc]\nthreads = 11\n").ok());
    ConfigSources sources;
    sources.environment["TOUCHSTONE_HOME"] = folder.path.string();
    const auto config = load_config(sources);
    REQUIRE(config.ok());
    REQUIRE(config->rpc_threads == 11);
    REQUIRE(config->home == folder.path);
    sources.flags["home"] = (folder.path / "elsewhere").string();
    REQUIRE(load_config(sources)->rpc_threads == 2);
}

TEST_CASE("the passphrase comes from its file, else from its variable, never from the config") {
    const testing::Folder folder;
    Config config;
    REQUIRE(read_passphrase(config, {}).error().code == "passphrase_missing");
    const ConfigSources sources{{}, {{"TOUCHSTONE_PASSPHRASE", "from env"}}};
    REQUIRE(*read_passphrase(config, sources) == "from env");
    config.node_passphrase_file = folder.path / "secret";
    REQUIRE(read_passphrase(config, sources).error().code == "file_missing");
    REQUIRE(write_text_file(config.node_passphrase_file, " from file \n").ok());
    REQUIRE(*read_passphrase(config, sources) == " from file ");
    REQUIRE(find_setting("node.passphrase") == nullptr);
}

TEST_CASE("vault and organisation have passphrases of their own, if there is a vault and a key") {
    const testing::Folder folder;
    Config config;
    REQUIRE(read_vault_passphrase(config, {})->empty());
    REQUIRE(read_organisation_passphrase(config, {})->empty());
    config.vault_enabled = true;
    config.organisation_key = "/etc/acme.key";
    const ConfigSources other{{}, {{"TOUCHSTONE_PASSPHRASE", "of the node"}}};
    REQUIRE(read_vault_passphrase(config, other).error().code == "passphrase_missing");
    REQUIRE(read_organisation_passphrase(config, other).error().code == "passphrase_missing");
    const ConfigSources sources{
        {}, {{"TOUCHSTONE_VAULT_PASSPHRASE", "of the vault"}, {"TOUCHSTONE_ORGANISATION_PASSPHRASE", "of the key"}}};
    REQUIRE(*read_vault_passphrase(config, sources) == "of the vault");
    REQUIRE(*read_organisation_passphrase(config, sources) == "of the key");
    REQUIRE(make_config(sources, "").ok());
    config.vault_passphrase_file = folder.path / "secret";
    REQUIRE(write_text_file(config.vault_passphrase_file, "from a file\n").ok());
    REQUIRE(*read_vault_passphrase(config, sources) == "from a file");
}
