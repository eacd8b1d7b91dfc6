// bench: what a running local network does, beside what was aimed at and what the hardware could do.
#include <fmt/format.h>

#include <signal.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/limits.h"
#include "crypto/key_file.h"
#include "ledger/identifiers/gs1.h"
#include "tools/bench/bench_facts.h"
#include "tools/bench/bench_load.h"
#include "tools/cli/commands.h"
#include "tools/devnet/devnet.h"
#include "tools/client/serials.h"
#include "tools/client/submit.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

using Clock = std::chrono::steady_clock;

struct Arguments {
    std::string dir;
    std::size_t items = 1'000'000;
    std::size_t transfers = 20'000;
    std::size_t idle = 200;
    std::size_t chunk = kItemsPerTransaction;
    std::size_t in_flight = 4;
    std::size_t connections = 8;
    unsigned seconds = 5;
};

struct Figure {
    std::string name;
    double value;
    std::string unit;
    std::string aim;
    std::string yardstick;  // design notes: what this kind of machine can do
};

// One measurement after the other on one network.
class Bench {
  public:
    Bench(const Arguments& arguments, const GlobalOptions& options) : arguments_(arguments), options_(options) {}

    Status run() {
        TRY(prepare());
        for (const auto step : {&Bench::idle_latency, &Bench::registrations, &Bench::transfers, &Bench::verifications,
                                &Bench::footprint, &Bench::restart})
            TRY((this->*step)());
        return Ok{};
    }
    const std::vector<Figure>& figures() const { return figures_; }
    const MachineFacts& machine() const { return machine_; }

  private:
    Status prepare() {
        for (const std::string& url :
             options_.rpc.empty() ? std::vector<std::string>{"http://127.0.0.1:8545"} : options_.rpc) {
            TRY_ASSIGN(HttpEndpoint endpoint, parse_endpoint(url));
            endpoints_.push_back(std::move(endpoint));
        }
        machine_ = machine_facts(arguments_.dir);
        TRY_ASSIGN(RpcClient client, connect(options_));
        gate_ = std::make_unique<RpcGate>(std::move(client), seconds(120));
        TRY(choose_organisations());
        std::string digits = "0" + prefix_;
        while (digits.size() < 13) digits += static_cast<char>('0' + crypto::random_below(10));
        gtin_ = digits + ledger::check_digit(digits);
        TRY_ASSIGN(const SingleReport declared, submit_operation(ledger::op::DeclareProduct{gtin_, "bench", {}, {}},
                                                                 *signer_, *gate_, Wait::kUntilFinal));
        if (declared.answer.refused()) return Error{declared.answer.refusal, declared.answer.message};
        return Ok{};
    }

    // A brand with a company prefix whose key lies in the folder signs; any other organisation receives.
    Status choose_organisations() {
        std::error_code ignored;
        for (const auto& file : std::filesystem::directory_iterator(arguments_.dir + "/orgs", ignored)) {
            const std::string id = file.path().stem().string();
            if (file.path().extension() != ".key") continue;
            TRY_ASSIGN(const json organisation, gate_->client().call("org_get", {{"id", id}}));
            bool brand = false;
            for (const json& role : organisation.value("roles", json::array())) brand = brand || role == "brand";
            const json prefixes = organisation.value("prefixes", json::array());
            brand = brand && !prefixes.empty() && prefixes[0].is_string();
            auto key = brand && !signer_ ? crypto::read_key_file(file.path(), "devnet")
                                         : Result<crypto::SecretKey>(Error{"not_wanted", ""});
            if (!key.ok()) {
                receiver_ = id;
                continue;
            }
            signer_.emplace(Signer{id, *std::move(key)});
            prefix_ = prefixes[0];
        }
        if (!signer_)
            return Error{"no_signer", fmt::format("no key of a brand with a company prefix in {}/orgs: is this the "
                                                  "folder of touchstone devnet?",
                                                  arguments_.dir)};
        if (receiver_.empty()) return Error{"no_receiver", "the network has one organisation only"};
        return Ok{};
    }

    ledger::Items new_items(std::size_t count) const {
        ledger::Items items;
        items.reserve(count);
        std::string serial(16, '\0');
        for (std::size_t i = 0; i < count; ++i) {
            for (char& c : serial)
                c = kSerialAlphabet[crypto::random_below(static_cast<std::uint32_t>(kSerialAlphabet.size()))];
            items.add({gtin_, ledger::serial_commitment(gtin_, serial)});
        }
        return items;
    }

    static ledger::Operation registration(ledger::Items items) {
        ledger::op::Register made;
        made.items = std::move(items);
        made.lot = "BENCH";
        made.mode = ledger::RegisterMode::kPartial;
        return made;
    }

    std::string call(const char* method, const Envelope& envelope, std::size_t id) const {
        return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{{"transaction":"{}"}}}})", id, method,
                           to_base64(envelope.bytes));
    }

    Envelope sign(const ChainFacts& facts, const ledger::Operation& made) const {
        return make_transaction({facts.chain_id, signer_->organisation, facts.height + kValidHeights}, signer_->key,
                                std::span(&made, 1));
    }

    void add(std::string name, double value, std::string unit, std::string aim, std::string yardstick) {
        std::cerr << fmt::format("{}: {:.2f} {}\n", name, value, unit);
        figures_.push_back({std::move(name), value, std::move(unit), std::move(aim), std::move(yardstick)});
    }

    Status idle_latency() {
        std::vector<std::string> bodies;
        TRY_ASSIGN(const ChainFacts facts, gate_->facts());
        for (std::size_t i = 0; i < arguments_.idle; ++i)
            bodies.push_back(call("tx_submit_and_wait", sign(facts, registration(new_items(1))), i));
        std::atomic<std::size_t> bad{0};
        const auto check = [&](std::size_t, const std::string& answer) {
            bad += answer.find("\"applied\":true") == std::string::npos;
            return true;
        };
        TRY_ASSIGN(const LoadResult load, run_load({{endpoints_[0]}, bodies, 1, {}, check}));
        if (bad > 0)
            return Error{"refused",
                         fmt::format("{} of {} single registrations were not applied", bad.load(), bodies.size())};
        add("idle finality p50", load.percentile(0.5), "ms", "< 3", "1.40 floor");
        add("idle finality p99", load.percentile(0.99), "ms", "< 10", "2.4 floor");
        return Ok{};
    }

    Status registrations() {
        disk_before_ = node_facts(arguments_.dir);
        TRY_ASSIGN(const ChainFacts facts, gate_->facts());
        std::vector<std::string> bodies;
        for (std::size_t done = 0; done < arguments_.items; done += arguments_.chunk) {
            ledger::Items items = new_items(std::min(arguments_.chunk, arguments_.items - done));
            if (const std::vector<ledger::ItemName> names = items.names(); kept_.size() < kKeptItems)
                kept_.insert(kept_.end(), names.begin(), names.end());
            bodies.push_back(call("tx_submit_and_wait", sign(facts, registration(std::move(items))), done));
        }
        std::atomic<std::uint64_t> accepted{0};
        Progress progress("registering", arguments_.items);
        const auto check = [&](std::size_t, const std::string& text) {
            const auto result = result_of_answer(text, "the node");
            if (!result.ok()) return false;  // full pool or time limit: the same bytes again
            const auto answer = transaction_answer_from(*result);
            if (answer.ok())
                for (const OperationAnswer& operation : answer->operations) accepted += operation.accepted;
            return true;
        };
        TRY_ASSIGN(const LoadResult load, run_load({endpoints_, bodies, arguments_.in_flight, {}, check}));
        if (accepted != arguments_.items)
            return Error{"refused", fmt::format("{} of {} items were registered", accepted.load(), arguments_.items)};
        add("registrations", static_cast<double>(arguments_.items) / load.seconds, "items/s", "> 25,000",
            "92,000 (four LevelDBs alone)");
        add("block of a full registration p50", load.percentile(0.5), "ms", "-", "-");
        return Ok{};
    }

    Status transfers() {
        const std::size_t count = std::min(arguments_.transfers, kept_.size());
        TRY_ASSIGN(const ChainFacts facts, gate_->facts());
        std::vector<std::string> bodies;
        std::vector<Hash256> ids;
        {
            Progress progress("signing transfers", count);
            std::string body;
            for (std::size_t i = 0; i < count; ++i) {
                const Envelope made = sign(facts, ledger::op::Ship{{kept_[i]}, receiver_, {}});
                ids.push_back(made.id);
                body += (body.empty() ? "[" : ",") + call("tx_submit", made, i);
                if ((i + 1) % kTransferBatch == 0 || i + 1 == count) bodies.push_back(std::exchange(body, {}) + "]");
                progress.update(i + 1);
            }
        }
        const auto start = Clock::now();
        const auto check = [](std::size_t, const std::string& answer) {
            return answer.find("pool_full") == std::string::npos;
        };
        TRY_ASSIGN(const LoadResult load, run_load({endpoints_, bodies, arguments_.connections, {}, check}));
        (void)load;
        TRY(wait_for_all(ids));
        const double took = std::chrono::duration<double>(Clock::now() - start).count();
        add("single-signature transfers", static_cast<double>(count) / took, "tx/s", "> 5,000",
            fmt::format("{:.0f} here if checking signatures were all", signature_ceiling()));
        return Ok{};
    }

    // All of them final and applied; asked from the end, where the last ones are.
    Status wait_for_all(const std::vector<Hash256>& ids) {
        std::size_t left = ids.size();
        const auto until = Clock::now() + std::chrono::seconds(120);
        while (left > 0) {
            const auto answer = gate_->client().call("tx_get", {{"id", ids[left - 1].hex()}});
            if (!answer.ok()) return answer.error();
            if (answer->value("status", "") == "final") {
                if (!answer->value("applied", false))
                    return Error{"refused", fmt::format("a transfer was refused: {}", answer->dump())};
                // Near the end every one is asked, below that a sample: the clock runs.
                left = left > kCheckedOneByOne ? left - left / kCheckedOneByOne : left - 1;
                continue;
            }
            if (Clock::now() > until)
                return Error{"timed_out", "transfers were taken and did not become final within 120 s"};
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return Ok{};
    }

    std::vector<std::string> verify_bodies(std::size_t batch, const char* proof) const {
        std::vector<std::string> bodies;
        for (std::size_t i = 0; i < kVerifyBodies; ++i) {
            std::string body;
            for (std::size_t j = 0; j < batch; ++j) {
                const auto& item = kept_[crypto::random_below(static_cast<std::uint32_t>(kept_.size()))];
                body += fmt::format(
                    R"({}{{"jsonrpc":"2.0","id":{},"method":"item_verify","params":{{"gtin":"{}","commitment":"{}",)"
                    R"("proof":{}}}}})",
                    body.empty() ? "" : ",", j, item.gtin, item.commitment.hex(), proof);
            }
            bodies.push_back(batch == 1 ? body : "[" + body + "]");
        }
        return bodies;
    }

    Status verifications() {
        struct Case {
            const char* name;
            std::size_t batch;
            const char* proof;
            const char* aim;
            const char* yardstick;
        };
        constexpr Case kCases[] = {
            {"item_verify, batches of 100", 100, "false", "> 40,000", "191,000 (one read per call)"},
            {"item_verify with proof, batches of 100", 100, "true", "> 15,000", "-"},
            {"item_verify, single calls", 1, "false", "-", "82,000 (one read per call)"},
            {"item_verify with proof, single calls", 1, "true", "-", "-"},
        };
        for (const Case& one : kCases) {
            const auto bodies = verify_bodies(one.batch, one.proof);
            std::atomic<std::uint64_t> bad{0};
            const auto check = [&](std::size_t, const std::string& answer) {
                bad += answer.find("\"verdict\":\"genuine\"") == std::string::npos;
                return true;
            };
            // One node alone: more nodes add up.
            LoadPlan plan{{endpoints_[0]}, bodies, arguments_.connections, seconds(1), check};
            TRY_ASSIGN(const LoadResult warm, run_load(plan));
            (void)warm;
            plan.run_for = seconds(arguments_.seconds);
            TRY_ASSIGN(const LoadResult load, run_load(plan));
            if (bad > 0) return Error{"refused", fmt::format("{} answers were not genuine", bad.load())};
            add(one.name, load.per_second() * static_cast<double>(one.batch), "items/s", one.aim, one.yardstick);
        }
        return Ok{};
    }

    Status footprint() {
        for (const NodeFacts& node : node_facts(arguments_.dir)) {
            std::uint64_t before = 0;
            for (const NodeFacts& earlier : disk_before_)
                if (earlier.name == node.name) before = earlier.disk_bytes;
            const double grown = node.disk_bytes > before ? static_cast<double>(node.disk_bytes - before) : 0;
            add(fmt::format("{}: disk per item registered here", node.name),
                grown / static_cast<double>(arguments_.items), "bytes", "-", "-");
            if (node.rss_bytes > 0)
                add(fmt::format("{}: memory after {} items registered here", node.name, arguments_.items),
                    static_cast<double>(node.rss_bytes) / 1048576, "MiB", "-", "-");
        }
        return Ok{};
    }

    // Every validator of the folder checks every client's signature, and all of them share this machine.
    double signature_ceiling() const {
        const auto nodes = devnet_nodes(arguments_.dir);
        double validators = 0;
        if (nodes.ok())
            for (const DevnetNode& node : *nodes) validators += node.validator ? 1 : 0;
        return machine_.verify_per_second * machine_.cores / std::max(1.0, validators);
    }

    // Kills the last node as a power cut would, and starts it again.
    Status restart() {
        TRY_ASSIGN(const auto nodes, devnet_nodes(arguments_.dir));
        const auto home = std::filesystem::absolute(std::filesystem::path(arguments_.dir) / nodes.back().name);
        const int pid = running_pid(home);
        if (nodes.size() < 4 || pid == 0) return Ok{};
        ::kill(pid, SIGKILL);
        while (running_pid(home) != 0 && ::kill(pid, 0) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        const auto start = Clock::now();
        TRY(start_devnet(arguments_.dir));
        TRY(wait_ready(arguments_.dir, 300));
        add(fmt::format("{}: killed and started, until ready", nodes.back().name),
            std::chrono::duration<double>(Clock::now() - start).count(), "s", "-", "-");
        return Ok{};
    }

    static constexpr std::size_t kKeptItems = 200'000;
    static constexpr std::size_t kTransferBatch = 50;
    static constexpr std::size_t kCheckedOneByOne = 200;
    static constexpr std::size_t kVerifyBodies = 500;

    const Arguments& arguments_;
    const GlobalOptions& options_;
    std::vector<HttpEndpoint> endpoints_;
    MachineFacts machine_;
    std::unique_ptr<RpcGate> gate_;
    std::optional<Signer> signer_;
    std::string receiver_;
    std::string gtin_;
    std::vector<ledger::ItemName> kept_;
    std::string prefix_;
    std::vector<NodeFacts> disk_before_;
    std::vector<Figure> figures_;
};

int run(const Arguments& arguments, const GlobalOptions& options) {
    Bench bench(arguments, options);
    const Status status = bench.run();
    Table table;
    table.row({"measured", "figure", "unit", "aim", "yardstick (2 cores)"});
    json figures = json::array();
    for (const Figure& figure : bench.figures()) {
        table.row({figure.name, fmt::format("{:.2f}", figure.value), figure.unit, figure.aim, figure.yardstick});
        figures.push_back({{"name", figure.name},
                           {"value", figure.value},
                           {"unit", figure.unit},
                           {"aim", figure.aim},
                           {"yardstick", figure.yardstick}});
    }
    const MachineFacts& machine = bench.machine();
    // Figures that were measured before a fault are worth showing.
    if (!status.ok()) {
        std::cerr << table.text();
        return fail(options, status.error());
    }
    return finish(
        options,
        {{"ok", true},
         {"machine", {{"cores", machine.cores}, {"cpu", machine.cpu}, {"sync_p50_us", machine.sync_p50_us}}},
         {"figures", figures}},
        fmt::format("{} cores, {}; append 4 KiB + fdatasync p50 {:.0f} µs; Ed25519 {:.0f} checks/s on one core\n{}",
                    machine.cores, machine.cpu, machine.sync_p50_us, machine.verify_per_second, table.text()));
}

}  // namespace

void add_bench_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* sub = app.add_subcommand("bench", "Measure a running local network (touchstone devnet)");
    sub->footer(
        fmt::format("Example: touchstone bench --dir devnet --rpc http://127.0.0.1:8545 --rpc http://127.0.0.1:8546\n\n"
                    "Registers items and moves them: never against a network that matters.\n{}",
                    kExitStatusHelp));
    const auto arguments = std::make_shared<Arguments>();
    sub->add_option("--dir", arguments->dir, "Folder of the network, with its keys")
        ->required()
        ->check(CLI::ExistingDirectory);
    sub->add_option("--items", arguments->items, "Items to register")
        ->check(CLI::Range(std::size_t{1'000}, std::size_t{1'000'000'000}));
    sub->add_option("--transfers", arguments->transfers, "Single-signature transfers");
    sub->add_option("--idle", arguments->idle, "Single transactions for the latency")->check(CLI::PositiveNumber);
    sub->add_option("--chunk", arguments->chunk, "Items per registration")
        ->check(CLI::Range(std::size_t{1}, limits::kItemsPerRegisterMax));
    sub->add_option("--in-flight", arguments->in_flight, "Registrations at a time")->check(CLI::PositiveNumber);
    sub->add_option("--connections", arguments->connections, "Connections for transfers and look-ups")
        ->check(CLI::PositiveNumber);
    sub->add_option("--seconds", arguments->seconds, "For each look-up figure")->check(CLI::PositiveNumber);
    sub->callback([&options, arguments] { options.exit_status = run(*arguments, options); });
}

}  // namespace touchstone::tools
