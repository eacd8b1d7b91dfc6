#include "ledger/records/report_index.h"

namespace touchstone::ledger {

Bytes report_index_prefix(std::string_view handler, std::optional<ReportState> state) {
    Writer writer;
    writer.u8('i').u8(handler.empty() ? 'q' : 'h');
    if (!handler.empty()) writer.raw(as_bytes(handler)).u8(0);
    if (state) writer.u8(static_cast<std::uint8_t>(*state));
    return std::move(writer).take();
}

Bytes reporter_index_prefix(std::string_view reporter, std::optional<ReportState> state) {
    Writer writer;
    writer.u8('i').u8('f').raw(as_bytes(reporter)).u8(0);
    if (state) writer.u8(static_cast<std::uint8_t>(*state));
    return std::move(writer).take();
}

std::vector<Bytes> report_index_keys(const ReportRecord& report) {
    const Bytes end = std::move(Writer{}.u64(report.filed_at.ms).hash(report.id)).take();
    std::vector<Bytes> keys{report_index_prefix({}, report.state), report_index_prefix(report.handler, report.state),
                            reporter_index_prefix(report.reporter, report.state)};
    if (report.outcome == ReportOutcome::kUpheld && !report.subject.gtin.empty())
        keys.push_back(upheld_index_prefix(report.subject.gtin));
    for (Bytes& key : keys) append(key, end);
    return keys;
}

Bytes upheld_index_prefix(std::string_view gtin) {
    return std::move(Writer{}.u8('i').u8('u').raw(as_bytes(gtin))).take();
}

std::optional<Hash256> parse_report_index(ByteView key) {
    constexpr std::size_t kSizeMin = 2 + 1 + 8 + Hash256::kSize;
    const std::string_view lists = "qhfu";
    if (key.size() < kSizeMin || key[0] != 'i' || lists.find(static_cast<char>(key[1])) == std::string_view::npos)
        return std::nullopt;
    return Hash256::from_view(key.last(Hash256::kSize));
}

}  // namespace touchstone::ledger
