// Where an organisation's captured documents are kept, beside the chain: bytes under ids, in the order of their
// arrival. Implemented over the node's vault, and in memory for tests.
//
// Threads: any number at once. Failure: a put that returns ok is durable, as far as the store is.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace touchstone::epcis {

struct StoredDocument {
    std::uint64_t sequence = 0;  // in the order of their arrival, from 1
    std::string id;
    std::string text;
    WallTime stored;
};

class EventStore {
  public:
    virtual ~EventStore() = default;
    // The same id again keeps the first document and answers its sequence.
    virtual Result<std::uint64_t> put(const std::string& id, const std::string& text, WallTime now) = 0;
    virtual Result<std::optional<StoredDocument>> find(const std::string& id) const = 0;
    // In the order of their sequence, from `from` on, at most `limit`.
    virtual Result<std::vector<StoredDocument>> list(std::uint64_t from, std::size_t limit) const = 0;
};

class MemoryEventStore final : public EventStore {
  public:
    Result<std::uint64_t> put(const std::string& id, const std::string& text, WallTime now) override;
    Result<std::optional<StoredDocument>> find(const std::string& id) const override;
    Result<std::vector<StoredDocument>> list(std::uint64_t from, std::size_t limit) const override;

  private:
    mutable std::mutex mutex_;
    std::vector<StoredDocument> documents_;
    std::map<std::string, std::size_t> places_;
};

}  // namespace touchstone::epcis
