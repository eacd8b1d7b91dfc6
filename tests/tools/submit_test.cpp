// What becomes of every line, against a ledger of one's own in memory: sent twice, refused in part, lost on the way.
#include "tools/client/submit.h"

#include "ledger/schema/parsed.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "ledger/records/header.h"

using namespace touchstone;
using namespace touchstone::tools;

namespace {

// Registers and ships as the ledger would; thread-safe, since chunks arrive together.
struct Ledger {
    std::mutex mutex;
    std::map<ledger::StateKey, std::string> items;  // custodian, or "sender>receiver"
    std::set<ledger::StateKey> taken_by_other;
    std::vector<std::size_t> transaction_sizes;
    std::uint64_t height = 5;
    bool lost = false;
    std::size_t named_max = SIZE_MAX;    // refused items that an answer names
    std::size_t sampled_from = SIZE_MAX;  // so many items with an unknown one are refused before anything is named
};

class FakeGate : public LedgerGate {
  public:
    explicit FakeGate(Ledger& ledger) : ledger_(ledger) {}

    Result<ChainFacts> facts() override {
        const std::lock_guard lock(ledger_.mutex);
        if (ledger_.lost) return Error{"unreachable", "cannot reach the node"};
        return ChainFacts{Hash256{}, ledger_.height};
    }

    Result<TransactionAnswer> submit(const Envelope& envelope, Wait wait) override {
        const std::lock_guard lock(ledger_.mutex);
        const auto carried = ledger::SignedTransaction::from_envelope(envelope.bytes);
        REQUIRE(carried.ok());
        REQUIRE(carried->id() == envelope.id);
        TransactionAnswer answer;
        answer.id = envelope.id;
        answer.final = wait == Wait::kUntilFinal;
        answer.height = answer.final ? ++ledger_.height : 0;
        apply(envelope, answer);
        return answer;
    }

    Result<std::optional<ledger::UnitFacts>> item(const ledger::ItemName& name) override {
        const std::lock_guard lock(ledger_.mutex);
        const auto at = ledger_.items.find(name.key());
        if (at == ledger_.items.end()) return std::optional<ledger::UnitFacts>();
        ledger::UnitFacts facts;
        const auto arrow = at->second.find('>');
        facts.custodian = at->second.substr(0, arrow);
        if (arrow != std::string::npos) {
            facts.state = ledger::ItemState::kInTransit;
            facts.receiver = at->second.substr(arrow + 1);
        }
        return std::optional(std::move(facts));
    }
    Result<std::optional<ledger::UnitFacts>> container(const ledger::ContainerName&) override {
        return std::optional<ledger::UnitFacts>();
    }

  private:
    void apply(const Envelope& envelope, TransactionAnswer& answer) {
        auto carried = ledger::SignedTransaction::from_envelope(envelope.bytes);
        const auto parsed =
            ledger::parse(std::make_shared<const ledger::SignedTransaction>(*std::move(carried)), ledger::Parameters{});
        REQUIRE(parsed.ok());
        const ledger::Operation& operation = (*parsed)->operations().at(0);
        const std::vector<ledger::StateKey>& keys = ledger::items_of(operation)->keys();
        const auto* const registration = std::get_if<ledger::op::Register>(&operation);
        ledger_.transaction_sizes.push_back(keys.size());
        OperationAnswer result;
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (const std::string code = refusal(keys[i], registration != nullptr); !code.empty())
                result.refused.push_back({i, code, code});
        const auto unknown = [](const RefusedItem& one) { return one.code == "item_unknown"; };
        if (keys.size() >= ledger_.sampled_from &&
            std::any_of(result.refused.begin(), result.refused.end(), unknown)) {
            answer.refusal = "item_unknown";
            return;
        }
        const bool partial = registration != nullptr && registration->mode == ledger::RegisterMode::kPartial;
        if (!result.refused.empty() && !partial) {
            answer.refusal = result.refused[0].code;
            answer.message = "refused";
            result.refused.resize(std::min(result.refused.size(), ledger_.named_max));
        } else {
            for (const ledger::StateKey& key : keys) {
                if (!refusal(key, registration != nullptr).empty()) continue;
                ledger_.items[key] =
                    registration != nullptr ? "acme" : "acme>" + std::get<ledger::op::Ship>(operation).to;
                ++result.accepted;
            }
        }
        answer.operations.push_back(std::move(result));
    }

    std::string refusal(const ledger::StateKey& key, bool registers) const {
        if (ledger_.taken_by_other.contains(key)) return "item_taken";
        const auto at = ledger_.items.find(key);
        if (registers) return at == ledger_.items.end() ? "" : "item_exists";
        if (at == ledger_.items.end()) return "item_unknown";
        return at->second.find('>') == std::string::npos ? "" : "in_transit";
    }

    Ledger& ledger_;
};

ItemFile file_of(std::size_t count) {
    ItemFile file;
    for (std::size_t i = 0; i < count; ++i) {
        ItemLine item;
        item.line = i + 1;
        item.text = item.serial = "SERIAL" + std::to_string(i);
        item.name = {"09506000134352", ledger::serial_commitment("09506000134352", item.serial)};
        file.items.push_back(item);
    }
    return file;
}

struct Fixture {
    Ledger ledger;
    ItemFile file = file_of(25);
    SubmitPlan plan;
    Signer signer{"acme", crypto::SecretKey::generate()};

    Fixture() { plan.items_max = 10; }

    SubmitReport send() {
        const GateFactory gates = [&](std::size_t) -> Result<std::unique_ptr<LedgerGate>> {
            return std::unique_ptr<LedgerGate>(std::make_unique<FakeGate>(ledger));
        };
        return submit_items(file, plan, signer, gates, [](std::size_t) {});
    }
    void all_registered() {
        for (const ItemLine& item : file.items) ledger.items[item.name.key()] = "acme";
    }
};

}  // namespace

TEST_CASE("every line goes out once, in chunks") {
    Fixture fixture;
    const SubmitReport report = fixture.send();
    REQUIRE(report.count(LineState::kAccepted) == 25);
    std::sort(fixture.ledger.transaction_sizes.begin(), fixture.ledger.transaction_sizes.end());
    REQUIRE(fixture.ledger.transaction_sizes == std::vector<std::size_t>{5, 10, 10});
    REQUIRE(report.height == 8);
    REQUIRE(exit_status_of(report) == kExitOk);
}

TEST_CASE("the same file twice doubles nothing and is no fault") {
    Fixture fixture;
    REQUIRE(fixture.send().count(LineState::kAccepted) == 25);
    const SubmitReport again = fixture.send();
    REQUIRE(again.count(LineState::kAlreadyThere) == 25);
    REQUIRE(exit_status_of(again) == kExitOk);
    REQUIRE(fixture.ledger.items.size() == 25);
}

TEST_CASE("a refused item is named by its line, and the others go through") {
    Fixture fixture;
    fixture.ledger.taken_by_other.insert(fixture.file.items[12].name.key());
    const SubmitReport report = fixture.send();
    REQUIRE(report.count(LineState::kAccepted) == 24);
    REQUIRE(report.lines[12].state == LineState::kRefused);
    REQUIRE(report.lines[12].code == "item_taken");
    REQUIRE(exit_status_of(report) == kExitRefused);
    REQUIRE(to_json(report)["lines"].size() == 1);
    REQUIRE(to_json(report)["lines"][0]["line"] == 13);
}

TEST_CASE("an operation that the ledger takes whole or not at all is sent again without the refused items") {
    Fixture fixture;
    fixture.plan.pattern = ledger::op::Ship{{}, "carrier", {}};
    fixture.all_registered();
    fixture.ledger.items.erase(fixture.file.items[3].name.key());
    const SubmitReport report = fixture.send();
    REQUIRE(report.count(LineState::kAccepted) == 24);
    REQUIRE(report.lines[3].code == "item_unknown");
    // Sent twice: in transit to that very receiver is what was wanted, to another is not.
    REQUIRE(fixture.send().count(LineState::kAlreadyThere) == 24);
    fixture.plan.pattern = ledger::op::Ship{{}, "other", {}};
    const SubmitReport other = fixture.send();
    REQUIRE(other.count(LineState::kAlreadyThere) == 0);
    REQUIRE(other.count(LineState::kRefused) == 25);
}

TEST_CASE("an answer that names only the first refused items leads to the same end in more rounds") {
    Fixture fixture;
    fixture.plan.pattern = ledger::op::Ship{{}, "carrier", {}};
    fixture.all_registered();
    for (const std::size_t gone : {0, 1, 2, 7, 8, 12, 24}) fixture.ledger.items.erase(fixture.file.items[gone].name.key());
    fixture.ledger.named_max = 2;
    const SubmitReport report = fixture.send();
    REQUIRE(report.count(LineState::kAccepted) == 18);
    REQUIRE(report.count(LineState::kRefused) == 7);
    REQUIRE(report.lines[24].code == "item_unknown");
    REQUIRE(fixture.send().count(LineState::kAlreadyThere) == 18);
}

TEST_CASE("a chunk that is refused by samples goes again in halves until the ledger names the items") {
    Fixture fixture;
    fixture.plan.pattern = ledger::op::Ship{{}, "carrier", {}};
    fixture.all_registered();
    for (const std::size_t gone : {3, 14}) fixture.ledger.items.erase(fixture.file.items[gone].name.key());
    fixture.ledger.sampled_from = 4;
    const SubmitReport report = fixture.send();
    REQUIRE(report.count(LineState::kAccepted) == 23);
    for (const std::size_t gone : {3, 14}) REQUIRE(report.lines[gone].code == "item_unknown");

    // Whole or not at all stays that.
    Fixture atomic;
    atomic.plan = fixture.plan;
    atomic.plan.mode = Mode::kAtomic;
    atomic.plan.items_max = 50;
    atomic.all_registered();
    atomic.ledger.items.erase(atomic.file.items[3].name.key());
    atomic.ledger.sampled_from = 4;
    REQUIRE(atomic.send().count(LineState::kRefused) == 25);
}

TEST_CASE("atomic: one refused item refuses all; one bad line sends nothing") {
    Fixture fixture;
    fixture.plan.mode = Mode::kAtomic;
    fixture.plan.items_max = 50;
    fixture.ledger.taken_by_other.insert(fixture.file.items[12].name.key());
    const SubmitReport report = fixture.send();
    REQUIRE(report.count(LineState::kRefused) == 25);
    REQUIRE(fixture.ledger.items.empty());

    fixture.file.bad.push_back({26, "x", "bad_serial", "no serial"});
    fixture.ledger.transaction_sizes.clear();
    const SubmitReport none = fixture.send();
    REQUIRE(none.count(LineState::kUnsent) == 25);
    REQUIRE(fixture.ledger.transaction_sizes.empty());
    REQUIRE(exit_status_of(none) == kExitUsage);
}

TEST_CASE("a lost node leaves lines unsent and says so") {
    Fixture fixture;
    fixture.ledger.lost = true;
    const SubmitReport report = fixture.send();
    REQUIRE(report.count(LineState::kUnsent) == 25);
    REQUIRE(report.error.has_value());
    REQUIRE(exit_status_of(report) == kExitUnreachable);
}

TEST_CASE("without waiting, lines are pending") {
    Fixture fixture;
    fixture.plan.wait = Wait::kUntilTaken;
    REQUIRE(fixture.send().count(LineState::kPending) == 25);
}

TEST_CASE("an answer of the node is read whole, or refused") {
    const auto parse = [](const char* text) { return transaction_answer_from(nlohmann::json::parse(text)); };
    const std::string id(64, 'a');
    const auto answer =
        parse((R"({"id":")" + id +
               R"(","status":"final","height":7,"applied":true,"refusal":null,)"
               R"("operations":[{"accepted":3,"refused":[{"index":1,"key":null,"code":"item_taken"}]}]})")
                  .c_str());
    REQUIRE(answer.ok());
    REQUIRE(answer->final);
    REQUIRE(answer->height == 7);
    REQUIRE(answer->operations[0].accepted == 3);
    REQUIRE(answer->operations[0].refused[0].code == "item_taken");
    const auto refused =
        parse((R"({"id":")" + id +
               R"(","status":"final","height":7,"refusal":{"code":"not_brand","operation":1,"detail":"x"}})")
                  .c_str());
    REQUIRE(refused->refused());
    REQUIRE(refused->operation == 1);
    for (const char* bad : {"[]", "{}", R"({"id":"zz"})", "null"}) REQUIRE_FALSE(parse(bad).ok());
    REQUIRE_FALSE(parse((R"({"id":")" + id + R"(","operations":[1]})").c_str()).ok());
}
