// Layout: u8 version = 1 ‖ a u64 for each field in the order of parameter_fields() (122 bytes with what every record begins with).
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
    ParameterField{"heartbeat_ms", &Parameters::heartbeat_ms},
};
// Whatever the council sets, the chain goes on and the council can set it right again.
struct Bounds {
    std::uint64_t Parameters::*field;
    std::uint64_t least;
    std::uint64_t most;
};
constexpr std::uint64_t kCenturyMs = 100ull * 366 * 24 * 3600 * 1000;
constexpr std::array kBounds{
    // A proposal with 64 keys, long names and a reason.
    Bounds{&Parameters::transaction_bytes_max, 16 * 1024, limits::kFrameBytesMax / 2},
    // Below, a newly elected validator cannot say that it is ready (node/replica.h); above, sums run over.
    Bounds{&Parameters::validity_heights_max, 1000, 1'000'000'000},
    // A timeout above is a typing error that would stop the chain for as long; one below no vote can meet.
    Bounds{&Parameters::leader_timeout_ms, 20, 60'000},
    Bounds{&Parameters::advance_timeout_ms, 20, 60'000},
    Bounds{&Parameters::retry_ms, 20, 60'000},
    Bounds{&Parameters::clock_ahead_ms, 0, 3600 * 1000},
    Bounds{&Parameters::report_deadline_ms, 1, kCenturyMs},
    // The other members of the council must have the time to vote on what sets this right.
    Bounds{&Parameters::proposal_deadline_ms, 10 * 60 * 1000, kCenturyMs},
    Bounds{&Parameters::change_delay_ms, 0, 366ull * 24 * 3600 * 1000},
    Bounds{&Parameters::heartbeat_ms, 0, 24 * 3600 * 1000},
};
// Empty blocks that come more often than this fill disks and tell nobody anything.
constexpr std::uint64_t kHeartbeatLeastMs = 10'000;

bool may_be_zero(const ParameterField& field) {
    return field.field == &Parameters::clock_ahead_ms || field.field == &Parameters::change_delay_ms ||
           field.field == &Parameters::heartbeat_ms;
}

std::string_view name_of(std::uint64_t Parameters::*field) {
    for (const ParameterField& one : kFields)
        if (one.field == field) return one.name;
    return "?";
}

}  // namespace

std::span<const ParameterField> parameter_fields() { return kFields; }

std::optional<std::string> fault_of(const Parameters& p) {
    for (const ParameterField& field : kFields)
        if (p.*field.field == 0 && !may_be_zero(field))
            return fmt::format("{} must be positive", field.name);
    for (const Bounds& bounds : kBounds)
        if (p.*bounds.field < bounds.least || p.*bounds.field > bounds.most)
            return fmt::format("{} must be from {} to {}", name_of(bounds.field), bounds.least, bounds.most);
    if (p.heartbeat_ms != 0 && p.heartbeat_ms < kHeartbeatLeastMs)
        return fmt::format("heartbeat_ms must be 0 (no heartbeat) or at least {}", kHeartbeatLeastMs);
    if (p.block_bytes_max < p.transaction_bytes_max) return "a transaction of transaction_bytes_max fits no block";
    if (p.block_items_max < p.items_per_register_max) return "a registration of items_per_register_max fits no block";
    if (p.advance_timeout_ms < p.leader_timeout_ms) return "advance_timeout_ms is below leader_timeout_ms";
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
