// Layout: u8 kind ‖ u8 version = 1 ‖ list of {text prefix ‖ text organisation} (base/codec.h).
#include "ledger/records/prefixes.h"

#include <algorithm>

#include "ledger/identifiers/gs1.h"
#include "ledger/records/record_codecs.h"

namespace touchstone::ledger {
namespace {

bool overlap(std::string_view a, std::string_view b) { return a.starts_with(b) || b.starts_with(a); }

}  // namespace

const PrefixesRecord::Entry* PrefixesRecord::overlapping(std::string_view prefix) const {
    const auto at = std::find_if(entries.begin(), entries.end(),
                                 [&](const Entry& entry) { return overlap(entry.prefix, prefix); });
    return at == entries.end() ? nullptr : &*at;
}

void PrefixesRecord::assign(const std::string& organisation, const std::vector<std::string>& prefixes) {
    std::erase_if(entries, [&](const Entry& entry) { return entry.organisation == organisation; });
    for (const std::string& prefix : prefixes) entries.push_back({prefix, organisation});
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.prefix < b.prefix; });
}

Bytes PrefixesRecord::encode() const {
    Writer writer = begin_record(RecordKind::kPrefixes);
    writer.u32(static_cast<std::uint32_t>(entries.size()));
    for (const Entry& entry : entries) writer.string(entry.prefix).string(entry.organisation);
    return std::move(writer).take();
}

Result<PrefixesRecord> PrefixesRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    PrefixesRecord record;
    read_kind(reader, RecordKind::kPrefixes);
    record.entries.resize(read_count(reader, 4 + 4 + 4));
    for (Entry& entry : record.entries) {
        entry.prefix = reader.string();
        entry.organisation = reader.string();
        if (!is_prefix(entry.prefix)) reader.fail();
    }
    const auto disorder = [](const Entry& a, const Entry& b) {
        return a.prefix >= b.prefix || overlap(a.prefix, b.prefix);
    };
    if (std::adjacent_find(record.entries.begin(), record.entries.end(), disorder) != record.entries.end())
        reader.fail();
    return finished(reader, std::move(record));
}

}  // namespace touchstone::ledger
