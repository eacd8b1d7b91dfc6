// What a chain of events is about: the one place that knows which kinds of records have events.
//
// For whoever reads a whole state and meets keys that hide what they are keys of. Pure; any thread.
#pragma once

#include <optional>

#include "ledger/records/records.h"

namespace touchstone::ledger {

enum class SubjectKind : std::uint8_t { kItem, kProduct, kContainer, kReport, kSeller };
std::string_view name_of(SubjectKind kind);  // "item", …

struct EventSubject {
    SubjectKind kind = SubjectKind::kItem;
    std::string gtin;
    std::string lot;  // empty: none
    std::uint32_t event_count = 0;
    Hash256 event_head;
};

// Of a record's bytes. nullopt: no record of a kind that has events.
std::optional<EventSubject> event_subject(ByteView record);

}  // namespace touchstone::ledger
