// Layouts (base/codec.h), each after u8 version = 1:
//   outcome        u16 refusal ‖ u32 operation ‖ text detail ‖ list of {u32 accepted ‖ list of {u32 index ‖ u16
//   refusal}} stored result  u64 height ‖ u32 index ‖ string outcome
// Example (outcome, applied, one operation that accepted 3): 01 0000 00000000 00000000 00000001 00000003 00000000.
#include "ledger/rules/execute.h"
#include "ledger/records/record_codecs.h"

namespace touchstone::ledger {
namespace {

constexpr std::size_t kItemOutcomeBytes = 4 + 2;
constexpr std::size_t kOperationOutcomeBytesMin = 4 + 4;

Refusal read_refusal(Reader& reader) {
    const std::uint16_t number = reader.u16();
    if (!is_refusal(number)) reader.fail();
    return static_cast<Refusal>(number);
}

OperationOutcome read_operation(Reader& reader) {
    OperationOutcome operation;
    operation.accepted = reader.u32();
    const std::size_t count = read_count(reader, kItemOutcomeBytes);
    operation.refused.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t index = reader.u32();
        operation.refused.push_back({index, read_refusal(reader)});
    }
    return operation;
}

}  // namespace

Bytes TransactionOutcome::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).u16(static_cast<std::uint16_t>(refusal)).u32(operation).string(detail);
    writer.u32(static_cast<std::uint32_t>(operations.size()));
    for (const OperationOutcome& one : operations) {
        writer.u32(one.accepted).u32(static_cast<std::uint32_t>(one.refused.size()));
        for (const ItemOutcome& item : one.refused)
            writer.u32(item.index).u16(static_cast<std::uint16_t>(item.refusal));
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
