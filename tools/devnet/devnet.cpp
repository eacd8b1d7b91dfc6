#include "tools/devnet/devnet.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "crypto/key_file.h"
#include "node/app/config.h"
#include "node/app/genesis_json.h"
#include "node/app/home.h"
#include "tools/client/client_options.h"
#include "tools/devnet/devnet_founding.h"
#include "tools/client/http_connection.h"

namespace touchstone::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPassphraseFile = "passphrase";

Status write_key(const fs::path& path, const crypto::SecretKey& key) {
    return crypto::write_key_file(path, key, kDevnetPassphrase, crypto::KeyFileWork::kMinimal);
}

std::vector<crypto::SecretKey> new_keys(std::size_t count) {
    std::vector<crypto::SecretKey> keys;
    for (std::size_t i = 0; i < count; ++i) keys.push_back(crypto::SecretKey::generate());
    return keys;
}

std::string node_name(unsigned index) { return fmt::format("node{}", index); }

Result<node::TextMap> node_settings(const DevnetPlan& plan, unsigned index, const std::vector<crypto::PublicKey>& keys,
                                    const ledger::Genesis& genesis) {
    node::TextMap settings;
    const auto at = [](unsigned port) { return fmt::format("127.0.0.1:{}", port); };
    settings["rpc.listen"] = at(plan.rpc_port + index);
    settings["admin.listen"] = at(plan.rpc_port + 1000 + index);
    settings["p2p.listen"] = at(plan.rpc_port - 1000 + index);
    settings["node.passphrase_file"] = (fs::absolute(plan.dir) / kPassphraseFile).string();
    settings["storage.cache_mb"] = "64";
    if (index < plan.validators) {
        const std::string& operated_by = genesis.validators[index].organisation;
        settings["organisation.id"] = operated_by;
        settings["organisation.key"] = (fs::absolute(plan.dir) / "orgs" / (operated_by + ".key")).string();
        settings["organisation.passphrase_file"] = settings["node.passphrase_file"];
        settings["vault.enabled"] = "true";
        settings["vault.passphrase_file"] = settings["node.passphrase_file"];
    }
    if (index >= plan.validators) settings["node.observer"] = "true";
    std::vector<std::string> peers;
    std::vector<std::string> allowed;
    for (unsigned other = 0; other < keys.size(); ++other) {
        if (other != index && other < plan.validators)
            peers.push_back(fmt::format("{}@{}", keys[other].hex(), at(plan.rpc_port - 1000 + other)));
        if (other >= plan.validators) allowed.push_back(keys[other].hex());
    }
    settings["p2p.peers"] = fmt::format("{}", fmt::join(peers, ","));
    if (!allowed.empty()) settings["p2p.allow"] = fmt::format("{}", fmt::join(allowed, ","));
    for (const std::string& setting : plan.settings) {
        const auto equals = setting.find('=');
        if (equals == std::string::npos || node::find_setting(setting.substr(0, equals)) == nullptr)
            return Error{"devnet_setting",
                         fmt::format("--set {}: expected KEY=VALUE with a key of config.toml", setting)};
        settings[setting.substr(0, equals)] = setting.substr(equals + 1);
    }
    return settings;
}

Status write_homes(const DevnetPlan& plan, const std::vector<crypto::SecretKey>& secrets,
                   const ledger::Genesis& genesis) {
    const std::string text = node::genesis_to_json(genesis);
    std::vector<crypto::PublicKey> keys;
    for (const crypto::SecretKey& secret : secrets) keys.push_back(secret.public_key());
    for (unsigned i = 0; i < secrets.size(); ++i) {
        const node::Home home(plan.dir / node_name(i));
        TRY_ASSIGN(const node::TextMap settings, node_settings(plan, i, keys, genesis));
        TRY(node::create_home(home, {text, node::render_config_file(settings)}));
        TRY(write_key(home.node_key(), secrets[i]));
    }
    return Ok{};
}

int pid_in(const fs::path& node_home) {
    std::ifstream in(node_home / "pid");
    int pid = 0;
    return in >> pid && pid > 0 ? pid : 0;
}

std::string last_lines(const fs::path& file, std::size_t bytes_max) {
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    if (!in) return {};
    const auto size = static_cast<std::size_t>(in.tellg());
    in.seekg(static_cast<std::streamoff>(size - std::min(size, bytes_max)));
    return {std::istreambuf_iterator<char>(in), {}};
}

Result<node::Config> config_of(const fs::path& home) { return node::load_config({{{"home", home.string()}}, {}}); }

Status spawn(const fs::path& home) {
    const fs::path log = home / "node.log";
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (out < 0) return Error{"devnet_start", "can not write " + log.string()};
    const std::string self = fs::read_symlink("/proc/self/exe").string();
    const pid_t child = ::fork();
    if (child < 0) return Error{"devnet_start", "the system has no room for another process"};
    if (child == 0) {
        ::setsid();
        ::dup2(out, STDOUT_FILENO);
        ::dup2(out, STDERR_FILENO);
        const int in = ::open("/dev/null", O_RDONLY);
        ::dup2(in, STDIN_FILENO);
        const std::string folder = home.string();
        ::execl(self.c_str(), "touchstone", "node", "--home", folder.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    }
    ::close(out);
    return node::write_text_file(home / "pid", fmt::format("{}\n", child));
}

}  // namespace

Status prepare_devnet(const DevnetPlan& plan) {
    if (fs::exists(plan.dir / "genesis.json")) {
        if (plan.genesis.empty()) return Ok{};
        return Error{"usage",
                     fmt::format("{} has a chain already, and --genesis is for a new one: name another folder with "
                                 "--dir, or remove this one",
                                 plan.dir.string())};
    }
    TRY_ASSIGN(Founding founding,
               plan.genesis.empty() ? Result<Founding>(sample_founding()) : founding_from(plan.genesis));
    const std::vector<crypto::SecretKey> members = new_keys(founding.genesis.organisations.size());
    for (std::size_t i = 0; i < members.size(); ++i)
        founding.genesis.organisations[i].keys.push_back(
            {members[i].public_key(), ledger::KeyPurpose::kAdmin, Height(0), Height(0)});
    const std::vector<crypto::SecretKey> nodes = new_keys(plan.validators + plan.observers);
    for (unsigned i = 0; i < plan.validators; ++i)
        founding.genesis.validators.push_back(
            {founding.operators[i % founding.operators.size()], node_name(i), nodes[i].public_key()});
    // Before anything is written: ids become names of files.
    TRY(founding.genesis.check());
    std::error_code error;
    fs::create_directories(plan.dir / "orgs", error);
    if (error) return Error{"devnet_io", fmt::format("can not make {}: {}", plan.dir.string(), error.message())};
    for (std::size_t i = 0; i < members.size(); ++i)
        TRY(write_key(plan.dir / "orgs" / (founding.genesis.organisations[i].id + ".key"), members[i]));
    TRY(node::write_text_file(plan.dir / kPassphraseFile, std::string(kDevnetPassphrase) + "\n"));
    const std::string text = node::genesis_to_json(founding.genesis);
    TRY(write_homes(plan, nodes, founding.genesis));
    // Last: a folder without it was never finished.
    return node::write_text_file(plan.dir / "genesis.json", text);
}

Result<std::vector<ledger::OrganisationRecord>> devnet_organisations(const fs::path& dir) {
    TRY_ASSIGN(const std::string text, read_text_file((dir / "genesis.json").string()));
    TRY_ASSIGN(ledger::Genesis genesis, node::genesis_from_json(text));
    return std::move(genesis.organisations);
}

Result<std::vector<DevnetNode>> devnet_nodes(const fs::path& dir) {
    if (!fs::exists(dir / "genesis.json"))
        return Error{"devnet_missing",
                     fmt::format("there is no devnet in {}; make one with: touchstone devnet --dir {}", dir.string(),
                                 dir.string())};
    std::vector<DevnetNode> nodes;
    for (unsigned i = 0; fs::exists(dir / node_name(i)); ++i) {
        TRY_ASSIGN(const node::Config config, config_of(dir / node_name(i)));
        nodes.push_back({node_name(i), "http://" + config.rpc_listen.text(), "http://" + config.admin_listen.text(),
                         !config.node_observer});
    }
    return nodes;
}

int running_pid(const fs::path& node_home) {
    const int pid = pid_in(node_home);
    if (pid == 0) return 0;
    // The pid may belong to another process by now: ours has the home folder on its command line.
    std::ifstream command(fmt::format("/proc/{}/cmdline", pid), std::ios::binary);
    const std::string line{std::istreambuf_iterator<char>(command), {}};
    return line.find(node_home.string()) != std::string::npos ? pid : 0;
}

Status start_devnet(const fs::path& dir) {
    TRY_ASSIGN(const std::vector<DevnetNode> nodes, devnet_nodes(dir));
    for (const DevnetNode& node : nodes) {
        const fs::path home = fs::absolute(dir / node.name);
        if (running_pid(home) == 0) TRY(spawn(home));
    }
    return Ok{};
}

Status wait_ready(const fs::path& dir, unsigned seconds_max) {
    TRY_ASSIGN(const std::vector<DevnetNode> nodes, devnet_nodes(dir));
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(seconds_max);
    for (const DevnetNode& node : nodes) {
        std::string why = "it does not answer";
        TRY_ASSIGN(HttpEndpoint endpoint, parse_endpoint(node.admin_url));
        HttpConnection admin(std::move(endpoint));
        while (true) {
            const auto answer = admin.get("/readyz", seconds(2));
            if (answer.ok()) break;
            why = answer.error().message;
            const fs::path home = fs::absolute(dir / node.name);
            // A child that has not reached its exec yet still looks like this process: ask for its end, not its name.
            const int pid = pid_in(home);
            if (pid == 0 || ::waitpid(pid, nullptr, WNOHANG) == pid || ::kill(pid, 0) != 0)
                return Error{"devnet_start",
                             fmt::format("{} ended; the end of {}:\n{}", node.name, (home / "node.log").string(),
                                         last_lines(home / "node.log", 1500))};
            if (std::chrono::steady_clock::now() > give_up)
                return Error{"devnet_not_ready", fmt::format("{} is not ready after {} s: {}; see its node.log",
                                                             node.name, seconds_max, why)};
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }
    return Ok{};
}

Result<unsigned> stop_devnet(const fs::path& dir) {
    TRY_ASSIGN(const std::vector<DevnetNode> nodes, devnet_nodes(dir));
    std::vector<int> pids;
    for (const DevnetNode& node : nodes)
        if (const int pid = running_pid(fs::absolute(dir / node.name)); pid != 0) pids.push_back(pid);
    for (const int pid : pids) ::kill(pid, SIGTERM);
    for (unsigned tenths = 0; tenths < 200; ++tenths) {
        bool any = false;
        for (const DevnetNode& node : nodes) {
            const int pid = running_pid(fs::absolute(dir / node.name));
            if (pid != 0) ::waitpid(pid, nullptr, WNOHANG);
            any |= pid != 0 && ::kill(pid, 0) == 0;
        }
        if (!any) return static_cast<unsigned>(pids.size());
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return Error{"devnet_stop", "a node did not end within 20 s; see node.log in its folder"};
}

}  // namespace touchstone::tools
