// Layout: u8 version = 1 ‖ a u64 for each field in the order of parameter_fields() (114 bytes with what every record begins with).
#include "ledger/records/parameters.h"

#include <fmt/format.h>

#include <array>

#include "ledger/records/record_codecs.h"

namespace touchstone::ledger {
namespace {

constexpr std::array kFields{
    ParameterField{"transaction_bytes_max", &Parameters::transaction_bytes_max},
    ParameterField{"operations_max", &Parameters::operations_max},
    ParameterField{"items_per_register_max", &Parameters::items_per_register_max},
    ParameterField{"block_bytes_max", &Parameters::block_bytes_max},
    ParameterField{"block_transactions_max", &Parameters::block_transactions_max},
    ParameterField{"block_items_max", &Parameters::block_items_max},
    ParameterField{"validity_heights_max", &Parameters::validity_heights_max},
    ParameterField{"leader_timeout_ms", &Parameters::leader_timeout_ms},
    ParameterField{"advance_timeout_ms", &Parameters::advance_timeout_ms},
    ParameterField{"retry_ms", &Parameters::retry_ms},
    ParameterField{"clock_ahead_ms", &Parameters::clock_ahead_ms},
    ParameterField{"report_deadline_ms", &Parameters::report_deadline_ms},
    ParameterField{"proposal_deadline_ms", &Parameters::proposal_deadline_ms},
    ParameterField{"change_delay_ms", &Parameters::change_delay_ms},
};
// A timeout beyond this is a typing error that would stop the chain for as long.
constexpr std::uint64_t kTimeoutMsMax = 60'000;
// Likewise of the council's times: beyond it nothing would ever be decided, and sums of times would wrap.
constexpr std::uint64_t kCouncilMsMax = 366ull * 24 * 60 * 60 * 1000;

bool may_be_zero(const ParameterField& field) {
    return field.field == &Parameters::clock_ahead_ms || field.field == &Parameters::change_delay_ms;
}

}  // namespace

std::span<const ParameterField> parameter_fields() { return kFields; }

std::optional<std::string> fault_of(const Parameters& p) {
    for (const ParameterField& field : kFields)
        if (p.*field.field == 0 && !may_be_zero(field))
            return fmt::format("{} must be positive", field.name);
    if (p.block_bytes_max < p.transaction_bytes_max) return "a transaction of transaction_bytes_max fits no block";
    if (p.block_items_max < p.items_per_register_max) return "a registration of items_per_register_max fits no block";
    if (p.advance_timeout_ms < p.leader_timeout_ms) return "advance_timeout_ms is below leader_timeout_ms";
    if (std::max(p.advance_timeout_ms, p.retry_ms) > kTimeoutMsMax)
        return fmt::format("a timeout is above {} ms", kTimeoutMsMax);
    if (std::max(p.proposal_deadline_ms, p.change_delay_ms) > kCouncilMsMax)
        return fmt::format("proposal_deadline_ms or change_delay_ms is above {} ms", kCouncilMsMax);
    // A block travels and is stored in one frame.
    if (p.block_bytes_max > limits::kFrameBytesMax / 2)
        return fmt::format("block_bytes_max is above {}", limits::kFrameBytesMax / 2);
    return std::nullopt;
}

Bytes Parameters::encode() const {
    Writer writer = begin_record(RecordKind::kParameters);

    for (const ParameterField& one : kFields) writer.u64(this->*one.field);
    return std::move(writer).take();
}

Result<Parameters> Parameters::decode(ByteView bytes) {
    Reader reader(bytes);
    Parameters parameters;
    read_kind(reader, RecordKind::kParameters);
    for (const ParameterField& one : kFields) parameters.*one.field = reader.u64();
    return finished(reader, parameters);
}

}  // namespace touchstone::ledger
