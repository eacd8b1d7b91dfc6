#include "tests/sim/simulator.h"

#include <fmt/format.h>

#include "tests/sim/hostile.h"
#include "tests/sim/sim_node.h"

namespace touchstone::sim {
namespace {

constexpr const char* kGtin = "09506000134352";
constexpr Duration kFlushEvery = milliseconds(700);
constexpr Duration kKeptAway = seconds(2);
constexpr std::uint64_t kGenesisMs = 1'700'000'000'000;

std::array<std::uint8_t, 32> seed_bytes(std::uint8_t kind, std::uint64_t number) {
    std::array<std::uint8_t, 32> bytes{};
    bytes[0] = kind;
    for (std::size_t i = 0; i < 8; ++i) bytes[i + 1] = static_cast<std::uint8_t>(number >> (8 * i));
    return bytes;
}

crypto::SecretKey brand_key() { return crypto::SecretKey::from_seed(seed_bytes(1, 0)); }

}  // namespace

Weather weather_of(std::uint64_t seed) {
    std::mt19937_64 random(seed ^ 0x7765617468657221u);
    const auto pick = [&](std::uint64_t bound) { return static_cast<std::uint32_t>(random() % bound); };
    Weather weather;
    constexpr std::uint32_t kSizes[] = {4, 4, 4, 4, 4, 4, 7, 1, 2, 5};
    weather.validators = kSizes[pick(10)];
    weather.observers = pick(4) == 0 ? 1 : 0;
    weather.transactions = 5 + pick(30);
    if (pick(10) != 0) weather.drop = pick(80);
    if (pick(3) != 0) weather.duplicate = pick(60);
    weather.delay_max = milliseconds(1 + pick(pick(5) == 0 ? 600 : 40));
    weather.crashes = pick(8);
    weather.partitions = pick(4);
    weather.bad_until = seconds(2 + pick(15));
    if (pick(3) == 0) weather.heartbeat = seconds(10);
    return weather;
}

Weather deadly_weather_of(std::uint64_t seed) {
    Weather weather = weather_of(seed);
    std::mt19937_64 random(seed ^ 0x646561646c79u);
    weather.deadly = static_cast<std::uint32_t>(1 + random() % 3);
    return weather;
}

Weather changing_weather_of(std::uint64_t seed) {
    Weather weather = weather_of(seed);
    std::mt19937_64 random(seed ^ 0x636f756e63696cu);
    weather.joiners = static_cast<std::uint32_t>(1 + random() % 3);
    weather.changes = static_cast<std::uint32_t>(2 + random() % 8);
    return weather;
}

Simulator::Simulator(std::uint64_t seed, Weather weather) : seed_(seed), weather_(weather), random_(seed) {
    make_genesis();
    const std::size_t count = weather_.validators + weather_.observers + weather_.joiners;
    side_.assign(count, 0);
    for (std::size_t i = 0; i < count; ++i) {
        auto key = crypto::SecretKey::from_seed(seed_bytes(2, i));
        node_keys_.push_back(key.public_key());
        nodes_.push_back(
            std::make_unique<SimNode>(*this, i, is_observer(i) ? std::nullopt : std::optional(std::move(key))));
    }
}

Simulator::~Simulator() = default;

bool Simulator::is_observer(std::size_t node) const {
    return node >= weather_.validators && node < weather_.validators + weather_.observers;
}

void Simulator::make_genesis() {
    genesis_.name = "simulated";
    genesis_.time = WallTime{kGenesisMs};
    genesis_.parameters.heartbeat_ms = static_cast<std::uint64_t>(weather_.heartbeat.us / 1000);
    ledger::OrganisationRecord brand;
    brand.id = "brand";
    brand.name = "Brand";
    brand.roles = 1u << static_cast<int>(ledger::Role::kBrand);
    brand.keys.push_back({brand_key().public_key(), ledger::KeyPurpose::kAdmin, Height(0), Height(0)});
    brand.council = true;
    brand.prefixes = {"9506000"};
    genesis_.organisations.push_back(brand);
    for (std::uint32_t i = 0; i < weather_.validators; ++i)
        genesis_.validators.push_back(
            {"brand", fmt::format("v{}", i), crypto::SecretKey::from_seed(seed_bytes(2, i)).public_key()});
}

WallTime Simulator::true_time() const {
    return WallTime{kGenesisMs + 1'000'000 + static_cast<std::uint64_t>(now_.us / 1000)};
}

void Simulator::schedule(Duration after, std::function<void()> event) {
    events_due_.push({now_ + after, next_order_++, std::move(event)});
}

crypto::SecretKey Simulator::secret_key(std::size_t index) {
    return crypto::SecretKey::from_seed(seed_bytes(2, index));
}

void Simulator::seat(std::size_t node, std::unique_ptr<Hostile> hostile) {
    hostile->seat(*this, node);
    hostile_[node] = std::move(hostile);
}

bool Simulator::connected(std::size_t a, std::size_t b) const {
    return nodes_[a]->alive() && nodes_[b]->alive() && side_[a] == side_[b] && !kept_away(a, b) && !kept_away(b, a);
}

bool Simulator::kept_away(std::size_t a, std::size_t b) const {
    const auto until = kept_away_.find({a, b});
    return until != kept_away_.end() && until->second > now_;
}

std::size_t Simulator::index_of(const crypto::PublicKey& key) const {
    return static_cast<std::size_t>(std::find(node_keys_.begin(), node_keys_.end(), key) - node_keys_.begin());
}

void Simulator::accuse(std::size_t from, const crypto::PublicKey& peer, const std::string& why) {
    const std::size_t accused = index_of(peer);
    if (!hostile_.contains(accused) && !hostile_.contains(from))
        checker_.violation(fmt::format("node {} accuses an honest peer: {}", from, why));
    accusations_.push_back(why);
    kept_away_[{from, accused}] = now_ + kKeptAway;
    schedule(kKeptAway, [] {});  // the links are looked at after each event
}

// Tells both ends of every link that came or went.
void Simulator::update_connections() {
    for (std::size_t a = 0; a < nodes_.size(); ++a) {
        for (std::size_t b = 0; b < nodes_.size(); ++b) {
            if (a == b) continue;
            const bool up = connected(a, b);
            const bool was = links_.contains({a, b});
            if (up == was) continue;
            if (up) {
                links_.insert({a, b});
                nodes_[a]->deliver([&](node::Replica& replica) { replica.on_connected(node_keys_[b]); });
            } else {
                links_.erase({a, b});
                nodes_[a]->deliver([&](node::Replica& replica) { replica.on_disconnected(node_keys_[b]); });
            }
        }
    }
}

void Simulator::send_honestly(std::size_t from, const crypto::PublicKey& to, node::Frame frame,
                              const node::Message& message) {
    const auto hostile = hostile_.find(from);
    if (hostile == hostile_.end() || hostile->second->passes_out(index_of(to), message))
        send(from, to, std::move(frame));
}

void Simulator::send(std::size_t from, const crypto::PublicKey& to, node::Frame frame) {
    const std::size_t target = index_of(to);
    if (target == node_keys_.size()) return;
    const bool bad = bad_weather();
    const int copies = bad && random(1000) < weather_.duplicate ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
        if (bad && random(1000) < weather_.drop) continue;
        const auto limit = bad ? static_cast<std::uint64_t>(weather_.delay_max.us) : 2000;
        const Duration delay = weather_.delay_min + microseconds(static_cast<std::int64_t>(random(limit)));
        schedule(delay, [this, from, target, frame] {
            if (!links_.contains({from, target}) || !links_.contains({target, from})) return;
            if (const auto hostile = hostile_.find(target); hostile != hostile_.end()) {
                const auto message = node::decode(*frame);
                if (!message.ok() || !hostile->second->passes_in(from, *message)) return;
            }
            nodes_[target]->deliver([&](node::Replica& replica) { replica.on_frame(node_keys_[from], *frame); });
        });
    }
}

void Simulator::plan_clients() {
    for (std::uint32_t i = 0; i < weather_.transactions; ++i) {
        const auto at = microseconds(static_cast<std::int64_t>(random(static_cast<std::uint64_t>(weather_.bad_until.us))));
        schedule(2 * i < weather_.transactions ? at : at + weather_.quiet, [this, i] { submit_one(i); });
    }
    for (std::uint32_t i = 0; i < weather_.deadly; ++i)
        schedule(microseconds(static_cast<std::int64_t>(random(static_cast<std::uint64_t>(weather_.bad_until.us)))),
                 [this, i] { submit_deadly(i); });
    for (std::uint32_t i = 0; i < weather_.changes; ++i)
        schedule(microseconds(static_cast<std::int64_t>(random(static_cast<std::uint64_t>(weather_.bad_until.us)))),
                 [this, i] { submit_change(i); });
}

// Any of them may be refused: the validator is there already, the quorum would break, …
ledger::Change Simulator::some_change() {
    const auto some_joiner = [&] {
        const std::size_t joiner = weather_.validators + weather_.observers + random(weather_.joiners);
        return ledger::GenesisValidator{"brand", fmt::format("v{}", joiner), node_keys_[joiner]};
    };
    const auto some_validator = [&] {
        std::size_t node = random(node_keys_.size());
        while (is_observer(node)) node = random(node_keys_.size());
        return node_keys_[node];
    };
    switch (random(8)) {
        case 0:
            return ledger::change::SetParameters{{{"retry_ms", 300 + random(400)}}};
        case 1:
        case 2:
            return ledger::change::RemoveValidator{some_validator()};
        case 3:
        case 4:
            return ledger::change::ReplaceValidator{some_validator(), some_joiner()};
        default:
            return ledger::change::AddValidator{some_joiner()};
    }
}

// Nobody waits for it: it never becomes final, and each node refuses it once it has died of it.
void Simulator::submit_deadly(std::uint32_t number) {
    const auto deadly = sign(20'000 + number, {ledger::op::DeclareProduct{kGtin, "Deadly", {}, {}}});
    deadly_.insert(deadly->id());
    for (int tries = 0; tries < 20; ++tries) {
        const std::size_t node = random(nodes_.size());
        const auto after = microseconds(static_cast<std::int64_t>(random(10'000'000)));
        schedule(after, [this, node, deadly] {
            if (!nodes_[node]->alive()) return;
            nodes_[node]->deliver(
                [&](node::Replica& replica) { replica.submit(deadly, [](const node::SubmitResult&) {}); });
        });
    }
}

void Simulator::died(std::size_t node) {
    ++deaths_;
    schedule(milliseconds(static_cast<std::int64_t>(10 + random(3000))), [this, node] {
        if (nodes_[node]->alive()) return;
        nodes_[node]->crash();
        update_connections();
        nodes_[node]->start();
        update_connections();
    });
}

void Simulator::submit_change(std::uint32_t number) {
    submit_to(random(nodes_.size()), sign(10'000 + number, {ledger::op::Propose{some_change(), "as it goes"}}), 0);
}

ledger::SignedTransactionPtr Simulator::sign(std::uint32_t number, const std::vector<ledger::Operation>& operations) {
    const crypto::SecretKey key = brand_key();
    Bytes nonce(8, 0);
    nonce[0] = static_cast<std::uint8_t>(number);
    nonce[1] = static_cast<std::uint8_t>(number >> 8);
    return std::make_shared<ledger::SignedTransaction>(ledger::sign_payload(
        ledger::build_payload({genesis_.chain_id(), "brand", key.public_key(), 50'000, nonce}, operations), key));
}

ledger::SignedTransactionPtr Simulator::unsigned_transaction() {
    ledger::SignedTransaction transaction = *sign(60'000, {ledger::op::DeclareProduct{kGtin, "Nobody's", {}, {}}});
    transaction.signature = {};
    return std::make_shared<const ledger::SignedTransaction>(std::move(transaction));
}

void Simulator::submit_one(std::uint32_t number) {
    std::vector<ledger::Operation> operations;
    if (number == 0) {
        operations.push_back(ledger::op::DeclareProduct{kGtin, "Product", {}, {}});
    } else {
        ledger::op::Register run;
        run.lot = "L" + std::to_string(number % 5);
        run.mode = ledger::RegisterMode::kPartial;
        const std::uint64_t items = 1 + random(6);
        std::set<std::uint64_t> serials;
        for (std::uint64_t i = 0; i < items; ++i) serials.insert(random(200));
        for (const std::uint64_t serial : serials)
            run.items.add({kGtin, ledger::serial_commitment(kGtin, std::to_string(serial))});
        operations.push_back(std::move(run));
    }
    const ledger::SignedTransactionPtr transaction = sign(number, operations);
    submit_to(random(nodes_.size()), transaction, 0);
}

// As a client does: again and elsewhere until a node has taken it; and, since that node may die, once more later.
void Simulator::submit_to(std::size_t node, const ledger::SignedTransactionPtr& transaction, std::uint32_t tries) {
    if (checker_.is_final(transaction->id()) || tries > 400) return;
    if (weather_.one_submission) node = 0;
    if (nodes_[node]->alive()) {
        nodes_[node]->deliver([&](node::Replica& replica) {
            replica.submit(transaction, [this, transaction](const node::SubmitResult& result) {
                if (!result.rejection && !result.overloaded) acknowledged_.emplace(result.id, transaction);
                if (result.rejection && !result.already_known)
                    checker_.violation("a good transaction was rejected: " + result.rejection->detail);
            });
        });
    }
    if (weather_.one_submission) return;
    schedule(milliseconds(static_cast<std::int64_t>(500 + random(1000))),
             [this, transaction, tries] { submit_to(random(nodes_.size()), transaction, tries + 1); });
}

void Simulator::plan_faults() {
    const auto some_time = [&] {
        return microseconds(static_cast<std::int64_t>(random(static_cast<std::uint64_t>(weather_.bad_until.us))));
    };
    for (std::uint32_t i = 0; i < weather_.crashes; ++i)
        schedule(some_time(), [this] { crash_and_restart(random(nodes_.size())); });
    for (std::uint32_t i = 0; i < weather_.partitions; ++i) schedule(some_time(), [this] { split(); });
    schedule(weather_.bad_until, [this] { heal(); });
    if (weather_.read_only_node) schedule(Duration{weather_.bad_until.us / 4}, [this] { fill_disk(2); });
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        // Two nodes never flush in step.
        auto tick = std::make_shared<std::function<void()>>();
        *tick = [this, i, weak = std::weak_ptr(tick)] {
            nodes_[i]->flush();
            if (const auto again = weak.lock()) schedule(kFlushEvery, [again] { (*again)(); });
        };
        schedule(milliseconds(static_cast<std::int64_t>(random(700))), [tick] { (*tick)(); });
    }
}

void Simulator::crash_and_restart(std::size_t node) {
    if (!bad_weather() || !nodes_[node]->alive()) return;
    ++crashes_;
    switch (random(3)) {
        case 0:
            nodes_[node]->crash();
            break;
        case 1:
            nodes_[node]->die_at_disk_operation(random(12));
            break;
        default:
            nodes_[node]->die_after_frames(random(10));
            break;
    }
    schedule(milliseconds(static_cast<std::int64_t>(10 + random(3000))), [this, node] {
        nodes_[node]->crash();  // one that is still waiting for its fault dies here
        update_connections();
        nodes_[node]->start();
        update_connections();
    });
}

// N35: while its disk has no room to spare, a node writes nothing.
void Simulator::fill_disk(std::size_t node) {
    nodes_[node]->set_read_only("disk nearly full");
    const auto before = std::make_shared<std::vector<Bytes>>(nodes_[node]->written());
    schedule(Duration{weather_.bad_until.us / 2}, [this, node, before] {
        if (nodes_[node]->written() != *before) checker_.violation("a read-only node wrote to its log or its journal");
        if (nodes_[node]->replica().chain().tip().height == checker_.height())
            checker_.violation("nothing became final while a node was read-only");
        nodes_[node]->set_read_only(std::nullopt);
    });
}

void Simulator::split() {
    if (!bad_weather()) return;
    for (int& side : side_) side = static_cast<int>(random(2));
    update_connections();
    schedule(milliseconds(static_cast<std::int64_t>(100 + random(4000))), [this] { heal(); });
}

void Simulator::heal() {
    for (int& side : side_) side = 0;
    update_connections();
}

bool Simulator::everything_final() const {
    if (bad_weather()) return false;
    for (const auto& node : nodes_) {
        if (!node->alive()) return false;
        const node::Chain& chain = node->replica().chain();
        if (chain.tip().height != checker_.height()) return false;
    }
    for (const auto& [id, transaction] : acknowledged_)
        if (!checker_.is_final(id)) return false;
    return true;
}

Outcome Simulator::run() {
    for (auto& node : nodes_)
        if (!weather_.last_node_is_late || node != nodes_.back()) node->start();
    if (weather_.last_node_is_late) schedule(weather_.bad_until, [this] { nodes_.back()->start(); });
    update_connections();
    plan_clients();
    plan_faults();
    const Instant give_up = Instant{} + weather_.bad_until + weather_.give_up_after;
    Instant all_final = Instant::never();
    while (!events_due_.empty() && checker_.violations().empty()) {
        auto run = std::move(const_cast<Event&>(events_due_.top()).run);
        now_ = events_due_.top().at;
        events_due_.pop();
        ++events_;
        run();
        update_connections();
        if (events_ % 64 == 0 && everything_final() && acknowledged_.size() >= weather_.transactions)
            all_final = std::min(all_final, now_);
        if (all_final != Instant::never() && now_ >= all_final + weather_.goes_on) break;
        if (now_ > give_up && all_final == Instant::never()) {
            checker_.violation(fmt::format("after {} s of good weather not everything is final: {} of {} transactions",
                                           weather_.give_up_after.us / 1'000'000, checker_.transactions_final(),
                                           acknowledged_.size()));
            for (const auto& node : nodes_) checker_.violation("  " + node->describe());
        }
    }
    Outcome outcome;
    outcome.seed = seed_;
    outcome.events = events_;
    outcome.blocks = checker_.height().value;
    outcome.transactions_final = checker_.transactions_final();
    outcome.crashes = crashes_;
    outcome.violations = checker_.violations();
    outcome.deaths = deaths_;
    for (const Hash256& id : deadly_)
        if (checker_.is_final(id)) outcome.violations.push_back("a transaction that no node survives became final");
    for (const auto& node : nodes_) outcome.answers_in_part += node->answers_in_part();
    for (const auto& node : nodes_)
        if (node->alive()) outcome.epochs = std::max(outcome.epochs, node->replica().validators().epoch().value);
    for (const auto& node : nodes_)
        outcome.nullified += node->nullified() + (node->alive() ? node->replica().stats().nullified_views : 0);
    return outcome;
}

}  // namespace touchstone::sim
