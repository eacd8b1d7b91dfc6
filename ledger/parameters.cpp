// Layout: u8 version = 1 ‖ twelve u64 in the order of the fields in parameters.h (97 bytes).
#include "ledger/parameters.h"

#include <array>

#include "ledger/record_codecs.h"

namespace touchstone::ledger {
namespace {

using Field = std::uint64_t Parameters::*;
constexpr std::array<Field, 12> kFields{&Parameters::transaction_bytes_max,  &Parameters::operations_max,
                                        &Parameters::items_per_register_max, &Parameters::block_bytes_max,
                                        &Parameters::block_transactions_max, &Parameters::block_items_max,
                                        &Parameters::validity_heights_max,   &Parameters::leader_timeout_ms,
                                        &Parameters::advance_timeout_ms,     &Parameters::retry_ms,
                                        &Parameters::clock_ahead_ms,         &Parameters::report_deadline_ms};

}  // namespace

Bytes Parameters::encode() const {
    Writer writer;
    writer.u8(kRecordVersion);
    for (const Field field : kFields) writer.u64(this->*field);
    return std::move(writer).take();
}

Result<Parameters> Parameters::decode(ByteView bytes) {
    Reader reader(bytes);
    Parameters parameters;
    read_version(reader);
    for (const Field field : kFields) parameters.*field = reader.u64();
    return finished(reader, parameters);
}

}  // namespace touchstone::ledger
