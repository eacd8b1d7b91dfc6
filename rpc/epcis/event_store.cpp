#include "rpc/epcis/event_store.h"

#include <algorithm>

namespace touchstone::epcis {

Result<std::uint64_t> MemoryEventStore::put(const std::string& id, const std::string& text, WallTime now) {
    const std::lock_guard lock(mutex_);
    const auto [at, added] = places_.try_emplace(id, documents_.size());
    if (added) documents_.push_back({documents_.size() + 1, id, text, now});
    return documents_[at->second].sequence;
}

Result<std::optional<StoredDocument>> MemoryEventStore::find(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto at = places_.find(id);
    return at == places_.end() ? std::nullopt : std::optional(documents_[at->second]);
}

Result<std::vector<StoredDocument>> MemoryEventStore::list(std::uint64_t from, std::size_t limit) const {
    const std::lock_guard lock(mutex_);
    const std::size_t first = std::min<std::size_t>(from == 0 ? 0 : from - 1, documents_.size());
    const std::size_t count = std::min(limit, documents_.size() - first);
    const auto begin = documents_.begin() + static_cast<std::ptrdiff_t>(first);
    return std::vector<StoredDocument>(begin, begin + static_cast<std::ptrdiff_t>(count));
}

}  // namespace touchstone::epcis
