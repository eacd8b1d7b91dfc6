#include "tools/devnet.h"

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
#include "tools/http_connection.h"

namespace touchstone::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPassphraseFile = "passphrase";
// Whose the validators are, in turn.
constexpr const char* kOperators[] = {"acme", "borea", "swift", "bazaar"};

Result<crypto::PublicKey> make_key(const fs::path& path, const crypto::SecretKey& key) {
    TRY(crypto::write_key_file(path, key, kDevnetPassphrase, crypto::KeyFileWork::kMinimal));
    return key.public_key();
}

// Keys of sample organisations go into orgs/, the genesis gets their public halves.
Status add_organisations(ledger::Genesis& genesis, const fs::path& folder) {
    for (const SampleOrganisation& sample : sample_organisations()) {
        ledger::OrganisationRecord record;
        record.id = sample.id;
        record.name = sample.name;
        const auto role = ledger::role_from(sample.role);
        record.roles = static_cast<std::uint16_t>(1u << static_cast<int>(*role));
        record.gln = sample.gln;
        record.country = sample.country;
        record.council = *role == ledger::Role::kBrand || *role == ledger::Role::kPlatform;
        TRY_ASSIGN(const crypto::PublicKey key, make_key(folder / (record.id + ".key"), crypto::SecretKey::generate()));
        record.keys.push_back({key, ledger::KeyPurpose::kAdmin, Height(0), Height(0)});
        genesis.organisations.push_back(std::move(record));
    }
    return Ok{};
}

std::string node_name(unsigned index) { return fmt::format("node{}", index); }

Result<node::TextMap> node_settings(const DevnetPlan& plan, unsigned index,
                                    const std::vector<crypto::PublicKey>& keys) {
    node::TextMap settings;
    const auto at = [](unsigned port) { return fmt::format("127.0.0.1:{}", port); };
    settings["rpc.listen"] = at(plan.rpc_port + index);
    settings["admin.listen"] = at(plan.rpc_port + 1000 + index);
    settings["p2p.listen"] = at(plan.rpc_port - 1000 + index);
    settings["node.passphrase_file"] = (fs::absolute(plan.dir) / kPassphraseFile).string();
    settings["storage.cache_mb"] = "64";
    if (index < plan.validators) {
        const std::string operated_by = kOperators[index % std::size(kOperators)];
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

const std::vector<SampleOrganisation>& sample_organisations() {
    static const std::vector<SampleOrganisation> organisations = {
        {"acme", "Acme Cosmetics", "brand", "9506000134000", "IT"},
        {"borea", "Borea Shoes", "brand", "4012345000009", "DE"},
        {"atelier", "Atelier Contract Makers", "manufacturer", "9506000134017", "VN"},
        {"swift", "Swift Logistics", "logistics", "9506000134024", "NL"},
        {"corner", "Corner Shop", "retailer", "9506000134031", "FR"},
        {"bazaar", "Bazaar Marketplace", "platform", "9506000134048", "CN"},
        {"customs", "Customs Office", "regulator", "9506000134055", "FR"},
        {"veritas", "Veritas Audit", "auditor", "9506000134062", "CH"},
    };
    return organisations;
}

Status prepare_devnet(const DevnetPlan& plan) {
    if (fs::exists(plan.dir / "genesis.json")) return Ok{};
    std::error_code error;
    fs::create_directories(plan.dir / "orgs", error);
    if (error) return Error{"devnet_io", fmt::format("can not make {}: {}", plan.dir.string(), error.message())};
    ledger::Genesis genesis;
    genesis.name = "devnet";
    genesis.time = node::system_time();
    TRY(add_organisations(genesis, plan.dir / "orgs"));
    TRY(node::write_text_file(plan.dir / kPassphraseFile, std::string(kDevnetPassphrase) + "\n"));

    std::vector<crypto::SecretKey> secrets;
    std::vector<crypto::PublicKey> keys;
    for (unsigned i = 0; i < plan.validators + plan.observers; ++i) {
        secrets.push_back(crypto::SecretKey::generate());
        keys.push_back(secrets.back().public_key());
        if (i < plan.validators)
            genesis.validators.push_back({kOperators[i % std::size(kOperators)], node_name(i), keys.back()});
    }
    TRY(genesis.check());
    const std::string text = node::genesis_to_json(genesis);
    for (unsigned i = 0; i < secrets.size(); ++i) {
        const node::Home home(plan.dir / node_name(i));
        TRY_ASSIGN(const node::TextMap settings, node_settings(plan, i, keys));
        TRY(node::create_home(home, {text, node::render_config_file(settings)}));
        TRY_ASSIGN([[maybe_unused]] const crypto::PublicKey key, make_key(home.node_key(), secrets[i]));
    }
    // Last: a folder without it was never finished.
    return node::write_text_file(plan.dir / "genesis.json", text);
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
