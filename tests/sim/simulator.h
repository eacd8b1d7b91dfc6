// A whole network in one thread: the real replicas over a simulated clock, network, disk and verify pool.
//
// Everything that happens is an event in one queue, ordered by virtual time; all randomness comes from one seed, so a
// seed replays exactly. After every event the invariants of checker.h are looked at.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <set>

#include "ledger/schema/build.h"
#include "node/replica.h"
#include "tests/sim/checker.h"
#include "tests/support/memory_disk.h"

namespace touchstone::sim {

// How unkind the world is. Probabilities are per thousand.
struct Weather {
    std::uint32_t validators = 4;
    std::uint32_t observers = 0;
    std::uint32_t transactions = 30;
    std::uint32_t drop = 0;       // of frames
    std::uint32_t duplicate = 0;  // of frames
    Duration delay_max = milliseconds(20);
    Duration delay_min = microseconds(50);  // one way, in good weather too
    std::uint32_t crashes = 0;     // how many times some node dies while the weather is bad
    std::uint32_t partitions = 0;  // how many times the network splits
    std::uint32_t joiners = 0;     // nodes that may be voted in
    std::uint32_t deadly = 0;      // transactions that end every node which executes them
    std::uint32_t changes = 0;     // of validators, parameters and keys, by the council
    Duration bad_until = seconds(20);
    Duration give_up_after = seconds(120);  // of good weather: then liveness has failed
    bool last_node_is_late = false;   // it starts when the bad weather ends
    bool one_submission = false;      // clients go to node 0 alone, and once
    bool read_only_node = false;      // node 2 may not write in the middle of the bad weather
    Duration clocks_ahead{};          // all of them, for the first half of the bad weather
    bool stopped_clock = false;       // of node 1
    Duration quiet{};                 // before the second half of the transactions
    Duration goes_on{};               // after everything is final
    Duration heartbeat = seconds(300);  // of an idle chain; 0: none
};

// The weather of a seed: mostly unkind, sometimes fair.
Weather weather_of(std::uint64_t seed);
// The same with transactions that no node survives once.
Weather deadly_weather_of(std::uint64_t seed);
// The same with a council that changes who validates and by which parameters, all the while.
Weather changing_weather_of(std::uint64_t seed);

struct Outcome {
    std::uint64_t seed = 0;
    std::uint64_t events = 0;
    std::uint64_t blocks = 0;
    std::uint64_t transactions_final = 0;
    std::uint64_t crashes = 0;
    std::uint64_t nullified = 0;
    std::uint64_t epochs = 0;
    std::uint64_t deaths = 0;  // of deadly transactions
    std::uint64_t answers_in_part = 0;  // to block requests: up to no certificate
    std::vector<std::string> violations;
    bool ok() const { return violations.empty(); }
};

class Hostile;
class SimNode;

class Simulator {
  public:
    Simulator(std::uint64_t seed, Weather weather);
    ~Simulator();
    // Before run(): this node lies from now on.
    void seat(std::size_t node, std::unique_ptr<Hostile> hostile);
    Outcome run();
    const SimNode& node(std::size_t index) const { return *nodes_[index]; }
    // A client's transaction without its signature.
    ledger::SignedTransactionPtr unsigned_transaction();
    // What honest nodes say of hostile ones.
    const std::vector<std::string>& accusations() const { return accusations_; }

    // -- for SimNode
    void schedule(Duration after, std::function<void()> event);
    void send(std::size_t from, const crypto::PublicKey& to, node::Frame frame);
    std::uint64_t random(std::uint64_t bound) { return random_() % bound; }
    Instant now() const { return now_; }
    WallTime true_time() const;
    const Weather& weather() const { return weather_; }
    Checker& checker() { return checker_; }
    const ledger::Genesis& genesis() const { return genesis_; }
    bool is_deadly(const Hash256& transaction) const { return deadly_.contains(transaction); }
    // A node died of a transaction: what starts nodes anew does it soon.
    void died(std::size_t node);
    const crypto::PublicKey& node_key(std::size_t index) const { return node_keys_[index]; }
    static crypto::SecretKey secret_key(std::size_t index);
    std::size_t size() const { return nodes_.size(); }
    // The frame that a node's replica sends.
    void send_honestly(std::size_t from, const crypto::PublicKey& to, node::Frame frame, const node::Message& message);
    void accuse(std::size_t from, const crypto::PublicKey& peer, const std::string& why);

  private:
    struct Event {
        Instant at;
        std::uint64_t order;
        std::function<void()> run;
        bool operator>(const Event& other) const { return std::tie(at, order) > std::tie(other.at, other.order); }
    };
    void make_genesis();
    void plan_clients();
    void plan_faults();
    void submit_one(std::uint32_t number);
    void submit_deadly(std::uint32_t number);
    void submit_change(std::uint32_t number);
    ledger::Change some_change();
    ledger::SignedTransactionPtr sign(std::uint32_t number, const std::vector<ledger::Operation>& operations);
    void submit_to(std::size_t node, const ledger::SignedTransactionPtr& transaction, std::uint32_t tries);
    void crash_and_restart(std::size_t node);
    void split();
    void fill_disk(std::size_t node);
    void heal();
    bool connected(std::size_t a, std::size_t b) const;
    bool kept_away(std::size_t a, std::size_t b) const;
    std::size_t index_of(const crypto::PublicKey& key) const;
    bool is_observer(std::size_t node) const;
    void update_connections();
    bool everything_final() const;
    bool bad_weather() const { return now_ < Instant{} + weather_.bad_until; }

    std::uint64_t seed_;
    Weather weather_;
    std::mt19937_64 random_;
    Instant now_;
    std::uint64_t next_order_ = 0;
    std::uint64_t events_ = 0;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_due_;
    ledger::Genesis genesis_;
    std::vector<crypto::SecretKey> keys_;
    std::vector<crypto::PublicKey> node_keys_;
    std::vector<std::unique_ptr<SimNode>> nodes_;
    std::map<std::size_t, std::unique_ptr<Hostile>> hostile_;
    std::vector<std::string> accusations_;
    std::map<std::pair<std::size_t, std::size_t>, Instant> kept_away_;  // after an accusation, and until when
    std::vector<int> side_;                                             // of the split network
    std::set<std::pair<std::size_t, std::size_t>> links_;
    std::uint64_t crashes_ = 0;
    std::uint64_t deaths_ = 0;
    std::set<Hash256> deadly_;
    std::map<Hash256, ledger::SignedTransactionPtr> acknowledged_;  // admitted by some node
    Checker checker_;
};

}  // namespace touchstone::sim
