// A cluster of engines without a ledger: a seed decides delays, losses, duplicates, reordering, partitions, crashes and
// what Byzantine validators do. Same seed, same run.
//
// A node stands for the replica: it journals and syncs a batch before carrying it out, loses unsynced batches in a
// crash, keeps notarizations beside the journal (SPEC.md R17), and has its anchor lag behind its finality.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <random>

#include "tests/consensus/invariants.h"
#include "tests/consensus/keys.h"

namespace touchstone::consensus::test {

// Each a named attack. They run an engine of their own, so that they hold what an honest validator would hold.
enum class Attack {
    kNone,
    kSilent,       // never says anything
    kEquivocator,  // proposes and notarizes different blocks to different peers
    kVoteAll,      // signs every kind of vote for every block that it hears of
    kWithholder,   // lets each message go to some peers only
    kFlooder,      // votes for views far ahead, without end
    kAmnesiac,     // forgets its votes when it restarts, and restarts often
    kInvalid,      // proposes blocks that do not execute
};

struct Plan {
    std::uint64_t seed = 0;
    std::uint32_t n = 4;
    std::vector<Attack> attacks;  // of the first validators; the others are honest
    Instant heal{};               // from then on: no loss, no crash, bounded delay
    double loss = 0;
    double duplicate = 0;
    int crashes = 0;
    int partitions = 0;
    bool connection_events = true;
    std::uint64_t transactions = 5;
};

// Which faults this seed stands for.
Plan plan_of(std::uint64_t seed);

class Simulation {
  public:
    explicit Simulation(const Plan& plan);
    ~Simulation();
    // Runs chaos, healing, and then a new transaction until every honest validator has it final. Throws Breach.
    void run();
    std::uint64_t events() const { return events_; }
    std::size_t final_blocks() const { return invariants_.final_blocks(); }

  private:
    struct Node;
    struct Batch {
        std::vector<Effect> effects;
    };

    void schedule(Duration after, std::function<void()> what);
    bool step();
    void run_until(Instant end);
    void touch(Node& node, const std::function<void(Engine&)>& event);
    void collect(Node& node);
    void sync(Node& node);
    void carry_out(Node& node, const Effect& effect);
    void send(Node& from, std::optional<ValidatorIndex> to, const std::function<void(Engine&)>& deliver);
    void send_one(Node& from, Node& to, const std::function<void(Engine&)>& deliver);
    void send_vote(Node& from, std::optional<ValidatorIndex> to, const Vote& vote, bool body);
    void attack(Node& node, const Vote& heard);
    void equivocate(Node& node, const Vote& vote);
    void build(Node& node, const Build& order);
    void verify(Node& node, const Verify& order);
    void finalized(Node& node, const Certificate& certificate);
    void wake(Node& node);
    void start(Node& node);
    void crash(Node& node);
    void connect_all(Node& node);
    void submit(std::uint64_t transaction);
    bool work_left(const Node& node) const;
    void script();
    void describe() const;
    bool everybody_has(std::uint64_t transaction) const;

    std::uint64_t random(std::uint64_t below) { return rng_() % below; }
    bool chance(double p) { return static_cast<double>(rng_() >> 11) * 0x1.0p-53 < p; }
    Duration delay();

    Plan plan_;
    std::mt19937_64 rng_;
    Blocks blocks_;
    Invariants invariants_;
    Instant now_{};
    std::uint64_t sequence_ = 0;
    std::uint64_t events_ = 0;
    std::map<std::pair<Instant, std::uint64_t>, std::function<void()>> agenda_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<std::uint64_t> submitted_;
    std::vector<std::uint32_t> side_;  // of a partition, for each node
};

}  // namespace touchstone::consensus::test
