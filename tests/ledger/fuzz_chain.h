// A chain that is fed by choices: blocks of operations that nobody thought of, by actors who may or may not. Whatever
// comes, the ledger answers, and what must hold of its state holds. A fault ends the process, as in any fuzzer.
#pragma once

#include "ledger/schema/build.h"
#include "tests/ledger/check_effects.h"
#include "tests/ledger/fill_fields.h"

namespace touchstone::ledger::test {

// Choices that follow from bytes; zeros when they are used up.
class ByteChoices : public Choices {
  public:
    explicit ByteChoices(ByteView bytes) : bytes_(bytes) {}
    std::uint64_t below(std::uint64_t bound) override {
        if (bound < 2 || bytes_.empty()) return 0;
        const std::uint64_t chosen = bytes_[0] % bound;
        bytes_ = bytes_.subspan(1);
        return chosen;
    }
    Hash256 report() override { return reports.empty() ? digest_none() : of(reports); }
    bool used_up() const { return bytes_.empty(); }

    std::vector<Hash256> reports;  // there are

  private:
    static Hash256 digest_none() { return test::digest(0); }
    ByteView bytes_;
};

struct FuzzCounts {
    std::uint64_t blocks = 0;
    std::uint64_t unread = 0;   // transactions that parse() refused
    std::uint64_t unfit = 0;    // that admit() refused
    std::uint64_t refused = 0;  // that a block holds, and that changed nothing
    std::uint64_t applied = 0;
    std::array<std::uint64_t, std::variant_size_v<Operation>> applied_of{};  // by kind of operation
};
FuzzCounts& fuzz_counts();

class FuzzChain {
  public:
    // With products, licences, items, containers, a shop and a report.
    FuzzChain();

    void run_block(ByteChoices& choices);
    // A payload as it came, alone in a block if it can be admitted.
    void run_payload(Bytes payload);
    // One that an actor could send now.
    Bytes payload(ByteChoices& choices);

  private:
    BlockContext context() const;
    ReadRecord reader() const;
    template <class Record>
    std::optional<Record> get(const StateKey& key) const;
    void prepare();
    void must(const std::string& actor, const std::vector<Operation>& operations);
    PayloadHead head(const std::string& actor, const crypto::PublicKey& key, std::uint64_t validity);
    std::string likely_actor(ByteChoices& choices, const Operation& operation) const;
    PayloadHead any_head(ByteChoices& choices, const Operation& operation);
    void fit(ByteChoices& choices, Operation& operation) const;
    std::vector<Operation> any_operations(ByteChoices& choices) const;
    // Null: it is refused before any block.
    ParsedTransactionPtr admitted(Bytes payload) const;
    void execute_block(const std::vector<ParsedTransactionPtr>& transactions);
    void commit(const BlockEffects& effects);

    struct ByteOrder {
        bool operator()(const Bytes& a, const Bytes& b) const { return as_text(a) < as_text(b); }
    };

    Hash256 chain_id_;
    Parameters parameters_;
    Height height_;
    Epoch epoch_;
    WallTime time_{kToday * 86'400'000ull + 1000};
    State state_;
    std::map<Bytes, Bytes, ByteOrder> side_;
    std::vector<Hash256> reports_;
    std::uint64_t nonces_ = 0;
};

// From bytes to blocks, until the bytes are used up.
void fuzz_execute(ByteView bytes);
// The bytes are a payload.
void fuzz_parse(ByteView bytes);

}  // namespace touchstone::ledger::test
