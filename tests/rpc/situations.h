// What can be the matter with an item, and what is to be said of it to whom: one table, of which docs/situations.md is made,
// and which the node, the light client and docs/examples/verify.py are tested against.
//
// Each situation is made by the ledger's own operations on a chain of its own. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rpc/verdict.h"
#include "tests/rpc/test_node.h"

namespace touchstone::test {

inline const std::string kSerial = "7KQ2M9XTRB4H";
inline const std::string kShopDigits = std::string(64, '7');   // the pseudonym of a shop on platforms
inline const std::string kOtherDigits = std::string(64, '8');  // of another

// A chain with one product and, in most situations, one item of it.
class Scene {
  public:
    Scene();
    // One transaction in a block of its own; it must be applied. Answers its id.
    Hash256 run(const std::string& organisation, const ledger::Operation& operation);
    // As the council decides: its one member proposes.
    void decide(ledger::Change change);
    // The chain's clock goes on by as much.
    void wait(std::uint64_t ms) { node.wait(ms); }

    TestNode node;
    const ledger::ItemName item;
    const ledger::Items items;
};

// What the reader says of himself and of the print.
struct Asked {
    rpc::Purpose purpose = rpc::kDefaultPurpose;
    std::string lot{};
    std::string expiry{};
    std::string country{};
    std::string seller{};
    std::uint64_t days_later = 0;  // the reader's clock, after the chain's first day
    std::string gtin = kGtin;
};

struct Expected {
    rpc::VerdictKind kind;
    std::string reasons;  // codes, with blanks between them
    rpc::Action action;
};

struct Situation {
    std::string group;
    std::string text;
    std::function<void(Scene&)> make;
    Asked asked;
    Expected expected;
};
const std::vector<Situation>& situations();

std::string situations_document();

}  // namespace touchstone::test
