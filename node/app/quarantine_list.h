// quarantine.json of a home: the transactions that this node holds because executing them ended it, or may have.
//
// Written beside, synced and renamed at every change, which are rare. For the node while it runs; for an operator's
// command while it does not (node/app/home.h: HomeLock). Values; one owner.
#pragma once

#include <string>
#include <vector>

#include "base/hash256.h"
#include "base/strong.h"
#include "node/app/home.h"

namespace touchstone::node {

struct QuarantinedTransaction {
    Hash256 id;
    std::string organisation;
    std::string operations;   // their names, for people
    Height height;            // of the block that was executed
    std::uint64_t ends = 0;   // how often the node ended while it was executed
    bool held = false;        // false: the node was ended, perhaps from outside, and it is only remembered
    bool ends_again = false;  // in a final block, which this node can not pass
    bool operator==(const QuarantinedTransaction&) const = default;
};

class QuarantineList {
  public:
    // Errors: quarantine_malformed, and those of reading the file. No file: an empty list.
    static Result<QuarantineList> read(const Home& home);
    [[nodiscard]] Status write(const Home& home) const;

    const std::vector<QuarantinedTransaction>& all() const { return all_; }
    const QuarantinedTransaction* find(const Hash256& id) const;
    QuarantinedTransaction& entry(const Hash256& id);
    // False: it is not there.
    bool remove(const Hash256& id);
    // What is only remembered, but for `id`: it did not end the node the next time.
    bool forget_remembered(const Hash256& but);

  private:
    std::vector<QuarantinedTransaction> all_;
};

}  // namespace touchstone::node
