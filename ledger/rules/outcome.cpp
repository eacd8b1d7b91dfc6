// Layouts (base/codec.h), each after u8 version = 1:
//   outcome        u16 refusal ‖ u32 operation ‖ text detail ‖ list of {u32 accepted ‖ list of runs ‖ list of counts ‖
//                  list of concerned}
//   concerned      text organisation ‖ list of {u32 first unit ‖ u32 how many}: in which units it has a part
//   run            u32 first index ‖ u32 how many ‖ u16 refusal: neighbours that were refused for the same reason
//   count          u16 refusal ‖ u32 how many: those of a refused operation that are not named
//   stored result  u64 height ‖ u32 index ‖ string outcome
// Runs: the usual refusal of fifty thousand items ("none of them is known here") is ten bytes instead of 300,000.
// Example (outcome, applied, one operation that accepted 3):
// 01 0000 00000000 00000000 00000001 00000003 00000000 00000000 00000000.
#include "base/limits.h"
#include "ledger/rules/execute.h"
#include "ledger/records/record_codecs.h"

namespace touchstone::ledger {
namespace {

constexpr std::size_t kRunBytes = 4 + 4 + 2;
constexpr std::size_t kCountBytes = 2 + 4;
constexpr std::size_t kConcernedBytesMin = 4 + 4;
constexpr std::size_t kUnitRunBytes = 4 + 4;
constexpr std::size_t kOperationOutcomeBytesMin = 4 + 4 + 4 + 4;

// The place behind the run that begins at `from`.
std::size_t run_end(const std::vector<ItemOutcome>& refused, std::size_t from) {
    std::size_t end = from + 1;
    while (end < refused.size() && refused[end].refusal == refused[from].refusal &&
           refused[end].index == refused[end - 1].index + 1)
        ++end;
    return end;
}

void write_runs(Writer& writer, const std::vector<ItemOutcome>& refused) {
    std::uint32_t runs = 0;
    for (std::size_t at = 0; at < refused.size(); at = run_end(refused, at)) ++runs;
    writer.u32(runs);
    for (std::size_t at = 0; at < refused.size();) {
        const std::size_t end = run_end(refused, at);
        writer.u32(refused[at].index).u32(static_cast<std::uint32_t>(end - at));
        writer.u16(static_cast<std::uint16_t>(refused[at].refusal));
        at = end;
    }
}

Refusal read_refusal(Reader& reader) {
    const std::uint16_t number = reader.u16();
    if (!is_refusal(number)) reader.fail();
    return static_cast<Refusal>(number);
}

std::vector<UnitRun> read_units(Reader& reader) {
    std::vector<UnitRun> units;
    const std::size_t count = read_count(reader, kUnitRunBytes);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t first = reader.u32();
        const std::uint32_t units_in_run = reader.u32();
        // Two that could be one are no encoding.
        if (units_in_run == 0 || first > UINT32_MAX - units_in_run || (i > 0 && first <= units.back().end()))
            reader.fail();
        units.push_back({first, units_in_run});
    }
    return units;
}

OperationOutcome read_operation(Reader& reader) {
    OperationOutcome operation;
    operation.accepted = reader.u32();
    const std::size_t runs = read_count(reader, kRunBytes);
    for (std::size_t i = 0; i < runs; ++i) {
        const std::uint32_t first = reader.u32();
        const std::uint32_t count = reader.u32();
        const Refusal refusal = read_refusal(reader);
        // A run says in ten bytes what takes memory here. Two that could be one are no encoding.
        const ItemOutcome* const last = operation.refused.empty() ? nullptr : &operation.refused.back();
        const bool could_be_one = last != nullptr && first == last->index + 1 && refusal == last->refusal;
        if (could_be_one || count == 0 || count > limits::kRefusedItemsMax - operation.refused.size() ||
            first > UINT32_MAX - count) {
            reader.fail();
            return operation;
        }
        for (std::uint32_t k = 0; k < count; ++k) operation.refused.push_back({first + k, refusal});
    }
    const std::size_t counts = read_count(reader, kCountBytes);
    for (std::size_t i = 0; i < counts; ++i) {
        const Refusal refusal = read_refusal(reader);
        const std::uint32_t items = reader.u32();
        if (items == 0 || (!operation.unnamed.empty() && refusal <= operation.unnamed.back().refusal)) reader.fail();
        operation.unnamed.push_back({refusal, items});
    }
    const std::size_t concerned = read_count(reader, kConcernedBytesMin);
    for (std::size_t i = 0; i < concerned; ++i) {
        std::string organisation = reader.string();
        if (organisation.empty() || (i > 0 && organisation <= operation.concerned.back().organisation)) reader.fail();
        std::vector<UnitRun> units = read_units(reader);
        operation.concerned.push_back({std::move(organisation), std::move(units)});
    }
    return operation;
}

}  // namespace

void OperationOutcome::name_the_first() {
    std::size_t named = 0;
    for (std::size_t runs = 0; named < refused.size() && runs < limits::kRefusalRunsMax; ++runs)
        named = run_end(refused, named);
    std::map<Refusal, std::uint32_t> counts;
    for (std::size_t i = named; i < refused.size(); ++i) ++counts[refused[i].refusal];
    for (const auto& [refusal, items] : counts) unnamed.push_back({refusal, items});
    refused.resize(named);
}

const ConcernedOrganisation* OperationOutcome::concern_of(std::string_view organisation) const {
    const auto at = std::lower_bound(
        concerned.begin(), concerned.end(), organisation,
        [](const ConcernedOrganisation& one, std::string_view id) { return one.organisation < id; });
    return at != concerned.end() && at->organisation == organisation ? &*at : nullptr;
}

std::uint64_t OperationOutcome::refused_count() const {
    std::uint64_t count = refused.size();
    for (const RefusalCount& some : unnamed) count += some.items;
    return count;
}

Bytes TransactionOutcome::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).u16(static_cast<std::uint16_t>(refusal)).u32(operation).string(detail);
    writer.u32(static_cast<std::uint32_t>(operations.size()));
    for (const OperationOutcome& one : operations) {
        write_runs(writer.u32(one.accepted), one.refused);
        writer.u32(static_cast<std::uint32_t>(one.unnamed.size()));
        for (const RefusalCount& some : one.unnamed)
            writer.u16(static_cast<std::uint16_t>(some.refusal)).u32(some.items);
        writer.u32(static_cast<std::uint32_t>(one.concerned.size()));
        for (const ConcernedOrganisation& some : one.concerned) {
            writer.string(some.organisation).u32(static_cast<std::uint32_t>(some.units.size()));
            for (const UnitRun& run : some.units) writer.u32(run.first).u32(run.count);
        }
    }
    return std::move(writer).take();
}

Result<TransactionOutcome> TransactionOutcome::decode(ByteView bytes) {
    Reader reader(bytes);
    TransactionOutcome outcome;
    read_version(reader);
    outcome.refusal = read_refusal(reader);
    outcome.operation = reader.u32();
    outcome.detail = reader.string();
    const std::size_t count = read_count(reader, kOperationOutcomeBytesMin);
    outcome.operations.reserve(count);
    for (std::size_t i = 0; i < count; ++i) outcome.operations.push_back(read_operation(reader));
    return finished(reader, std::move(outcome));
}

Bytes StoredResult::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).u64(height.value).u32(index).string(outcome.encode());
    return std::move(writer).take();
}

Result<StoredResult> StoredResult::decode(ByteView bytes) {
    Reader reader(bytes);
    StoredResult stored;
    read_version(reader);
    stored.height = Height(reader.u64());
    stored.index = reader.u32();
    TRY_ASSIGN(stored.outcome, TransactionOutcome::decode(reader.bytes()));
    return finished(reader, std::move(stored));
}

Bytes result_side_key(const Hash256& transaction_id) { return std::move(Writer{}.u8('r').hash(transaction_id)).take(); }

}  // namespace touchstone::ledger
