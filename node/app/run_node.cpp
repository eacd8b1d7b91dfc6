#include "node/app/run_node.h"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <thread>

#include "crypto/key_file.h"
#include "node/app/epcis_service.h"
#include "node/app/genesis_json.h"
#include "node/app/home.h"
#include "node/app/node.h"
#include "node/app/process.h"
#include "node/app/vault.h"
#include "rpc/server.h"

namespace touchstone::node {
namespace {

Result<NodeOptions> options_from(const Config& config, const std::string& passphrase, Logger& logger) {
    const Home home(config.home);
    TRY_ASSIGN(const std::string genesis_text, read_text_file(home.genesis()));
    TRY_ASSIGN(ledger::Genesis genesis, genesis_from_json(genesis_text));
    TRY_ASSIGN(crypto::SecretKey key, crypto::read_key_file(home.node_key(), passphrase));
    std::string name = key.public_key().hex().substr(0, 8);
    for (const ledger::GenesisValidator& validator : genesis.validators)
        if (validator.key == key.public_key()) name = validator.name;
    NodeOptions options{config.home, std::move(genesis), std::move(name), std::move(key)};
    options.observer = config.node_observer;
    options.p2p_listen = config.p2p_listen;
    options.peers = config.p2p_peers;
    options.allow = config.p2p_allow;
    options.cache_bytes = config.storage_cache_mb << 20;
    options.disk_reserve_bytes = config.storage_reserve_mb << 20;
    options.bucket_depth = config.storage_bucket_depth;
    options.random_reads = config.storage_random_reads;
    options.verify_threads = std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
    options.log = [&logger](LogLevel level, const std::string& message) { logger.log(level, "node", message); };
    return options;
}

// What is the organisation's own on this node. Outlives the node.
struct OwnParts {
    std::optional<crypto::SecretKey> key;
    std::unique_ptr<Vault> vault;
};

Result<OwnParts> open_own(const Config& config, const NodeSecrets& secrets) {
    OwnParts own;
    if (!config.organisation_key.empty()) {
        TRY_ASSIGN(own.key, crypto::read_key_file(config.organisation_key, secrets.organisation));
    }
    if (config.vault_enabled) {
        TRY_ASSIGN(own.vault, Vault::open(Home(config.home).vault(), secrets.vault));
    }
    return own;
}

rpc::ServerOptions server_options(const Config& config) {
    rpc::ServerOptions options;
    options.address = config.rpc_listen.host;
    options.port = config.rpc_listen.port;
    options.admin_address = config.admin_listen.host;
    options.admin_port = config.admin_listen.port;
    options.threads = config.rpc_threads;
    options.connections_max = connections_within(raise_descriptor_limit(), options.connections_max);
    options.cors = rpc::Cors::kAnyOrigin;
    options.auth.audiences = config.rpc_audience;
    return options;
}

// Blocks come and go by the megabyte. Given back to the system each time, their pages are zeroed by the kernel for each
// new block: 8 % of the node's time under load, and a tenth of its throughput.
void keep_freed_memory() {
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
}

}  // namespace

Result<int> run_node(const Config& config, const NodeSecrets& secrets) {
    ignore_harmless_signals();
    forbid_core_files();
    raise_descriptor_limit();
    keep_freed_memory();
    const Home home(config.home);
    TRY(home.check());
    TRY_ASSIGN(const HomeLock lock, HomeLock::acquire(home));
    LogOptions log_options;
    log_options.level = config.log_level;
    log_options.format = config.log_format;
    Logger logger(std::move(log_options));
    TRY_ASSIGN(NodeOptions options, options_from(config, secrets.node, logger));
    TRY_ASSIGN(const OwnParts own, open_own(config, secrets));
    if (!config.organisation_id.empty())
        options.organisation = rpc::OwnOrganisation{config.organisation_id, own.key ? &*own.key : nullptr};
    options.vault = own.vault.get();

    boost::asio::io_context main_io;
    boost::asio::signal_set signals(main_io, SIGINT, SIGTERM);
    int status = 0;
    options.on_stopped = [&](const Error& error) {
        logger.error("node", fmt::format("the node stops: {} ({})", error.message, error.code));
        boost::asio::post(main_io, [&] {
            status = 1;
            main_io.stop();
        });
    };
    const std::string name = options.name;
    TRY_ASSIGN(const std::unique_ptr<Node> node, Node::open(std::move(options)));
    TRY(node->start());
    std::unique_ptr<EpcisService> epcis;
    if (node->vault() != nullptr && node->organisation() != nullptr && node->organisation()->key != nullptr) {
        epcis = std::make_unique<EpcisService>(*node);
        node->serve_epcis(&epcis->repository());
    }
    TRY_ASSIGN(const std::unique_ptr<rpc::Server> server, rpc::Server::start(*node, server_options(config)));
    TRY(write_text_file(config.home / "pid", fmt::format("{}\n", ::getpid())));
    logger.info("node", fmt::format("{} answers on http://{}:{}", name, config.rpc_listen.host, server->port()),
                {{"admin", fmt::format("{}:{}", config.admin_listen.host, server->admin_port())}});
    signals.async_wait([&](const boost::system::error_code&, int) { main_io.stop(); });
    main_io.run();
    logger.info("node", "stopping");
    server->stop();
    if (epcis) epcis->stop();
    node->stop();
    std::error_code ignored;
    std::filesystem::remove(config.home / "pid", ignored);
    return status;
}

}  // namespace touchstone::node
