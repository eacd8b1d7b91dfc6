// Which organisation each GS1 company prefix is of: one record, since the council alone writes it and seldom.
// Values only; any thread.
#pragma once

#include "ledger/records/records.h"

namespace touchstone::ledger {

struct PrefixesRecord {
    struct Entry {
        std::string prefix;
        std::string organisation;
        bool operator==(const Entry&) const = default;
    };
    std::vector<Entry> entries;  // ascending by prefix; none is the beginning of another
    bool operator==(const PrefixesRecord&) const = default;

    // An entry that the prefix is, or that begins like it, or that it begins like; nullptr: it is free.
    const Entry* overlapping(std::string_view prefix) const;
    // Makes these the prefixes of the organisation. Precondition: none overlaps another's.
    void assign(const std::string& organisation, const std::vector<std::string>& prefixes);

    Bytes encode() const;
    static Result<PrefixesRecord> decode(ByteView bytes);  // error: record_malformed
};

}  // namespace touchstone::ledger
